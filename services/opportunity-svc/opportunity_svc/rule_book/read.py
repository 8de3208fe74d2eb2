"""Each version of each rule book, and which rules given lines break."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from ltc_events import Code, Fact, Quantity, projection
from ltc_events import change as change_rows
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_kit.versioned_document import activation
from ltc_runtime.http import EVERYONE, Body, Page, Paging, Read, View
from pydantic import Field

from .api import WRITERS, rule_books
from .rules import CONFIGURATION, BookName, RulesActivated, RulesDrafted, UnknownRules, book_id, content
from .rules.configuration import ConfigurationRules, Violation, check

RuleVersion = Annotated[int, Path(ge=1, le=1_000_000)]
Status = Literal["draft", "live", "retired"]


class RuleBookRow(ReadModel, table="rule_book"):
    """One version of a rule book."""

    book_id: Key[UUID] = Field(exclude=True)
    book: BookName
    version: Key[int]
    status: Status
    rules: dict[str, Any]
    drafted_by: str
    drafted_at: datetime
    activated_by: str | None
    activated_at: datetime | None


def drafted_at(rules: RulesDrafted, fact: Fact) -> datetime:
    return fact.occurred_at


def rules_as_json(rules: RulesDrafted) -> dict[str, Any]:
    return content(rules).model_dump(mode="json")


rule_book_list = projection(
    "rule_book_list",
    on(RulesDrafted, put(RuleBookRow, status="draft", rules=rules_as_json, drafted_at=drafted_at)),
    on(RulesActivated, change_rows(RuleBookRow.table, activation("book_id"))),
    version=2,
)


class CheckedLine(Body):
    """A product, and how much of it."""

    product: Code
    quantity: Quantity


class CheckBody(Body):
    """Lines to be checked, as a quote would have them."""

    lines: Annotated[tuple[CheckedLine, ...], Field(min_length=1, max_length=500)]


class Checked(View):
    """The rules that do not hold; an empty list: all hold."""

    version: int | None = Field(description="The version of the rules that was checked; null: none is live.")
    violations: Sequence[Violation]


@rule_books.act("/configuration/check", roles=WRITERS)
async def check_configuration(body: CheckBody, read: Read) -> Checked:
    """Check lines before a quote is written: which rules they break, on which lines, and what would mend it."""
    lines = ((number, line.product, line.quantity) for number, line in enumerate(body.lines, 1))
    for live in await read.rows(RuleBookRow, book_id=CONFIGURATION, status="live"):
        return Checked(version=live.version, violations=check(ConfigurationRules(**live.rules), lines))
    return Checked(version=None, violations=())


@rule_books.query("/{book}", roles=EVERYONE)
async def list_rules(book: BookName, read: Read, paging: Paging, status: Status | None = None) -> Page[RuleBookRow]:
    """The versions of a rule book, the newest first."""
    return await read.page_of(RuleBookRow, ("version",), paging, book_id=book_id(book), status=status)


@rule_books.query("/{book}/{version}", roles=EVERYONE, refuses=(UnknownRules,))
async def show_rules(book: BookName, version: RuleVersion, read: Read) -> RuleBookRow:
    """One version of a rule book."""
    return await read.row(RuleBookRow, UnknownRules, book_id=book_id(book), version=version)
