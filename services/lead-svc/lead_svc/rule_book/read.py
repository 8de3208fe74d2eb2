"""Each version of each rule book."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Fact, projection
from ltc_events import change as change_rows
from ltc_events.read_model import Key, ReadModel, change, on, put
from ltc_kit.versioned_document import activation
from ltc_runtime.http import EVERYONE, Page, Paging, Read
from pydantic import Field

from .api import rule_books
from .rules import BookName, RulesActivated, RulesBackTested, RulesDrafted, UnknownRules, Version, book_id, content
from .rules.scoring import BandResult


class RuleBookRow(ReadModel, table="rule_book"):
    """One version of a rule book."""

    book_id: Key[UUID] = Field(exclude=True)
    version: Key[int]
    book: BookName
    status: Literal["draft", "live", "retired"]
    rules: dict[str, Any]
    drafted_by: str
    drafted_at: datetime
    horizon_days: int | None = Field(description="For a scoring model: how long after a lead came it was judged in the test.")
    bands: Sequence[BandResult] | None = Field(description="For a scoring model: how the leads of each band ended in the test.")
    activated_by: str | None
    activated_at: datetime | None


def drafted_at(rules: RulesDrafted, fact: Fact) -> datetime:
    return fact.occurred_at


def drafted_rules(rules: RulesDrafted) -> dict[str, Any]:
    return content(rules).model_dump(mode="json")


rule_book_list = projection(
    "rule_book_list",
    on(RulesDrafted, put(RuleBookRow, status="draft", rules=drafted_rules, drafted_at=drafted_at)),
    on(RulesBackTested, change(RuleBookRow, "horizon_days", "bands")),
    on(RulesActivated, change_rows(RuleBookRow.table, activation("book_id"))),
)


@rule_books.query("/{book}", roles=EVERYONE)
async def list_rules(book: BookName, read: Read, paging: Paging) -> Page[RuleBookRow]:
    """The versions of a rule book, the newest first."""
    return await read.page_of(RuleBookRow, ("version",), paging, book_id=book_id(book))


@rule_books.query("/{book}/{version}", roles=EVERYONE, refuses=(UnknownRules,))
async def show_rules(book: BookName, version: Version, read: Read) -> RuleBookRow:
    """One version of a rule book."""
    return await rules_of(book, version, read)


async def rules_of(book: BookName, version: int, read: Read) -> RuleBookRow:
    return await read.row(RuleBookRow, UnknownRules, book_id=book_id(book), version=version)
