"""Rules of configuration and of discounts as versioned data: drafted, tried, made live."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from ltc_events import Code, Money, Quantity
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..quote.rules.margin import margin_rate
from ..rule_book import rules as rule_book
from ..rule_book.rules import ActivateRules, ActivatorIsDrafter, BookName, DraftRules, UnknownRules, book_id
from ..rule_book.rules.configuration import ConfigurationRules, Violation, check
from ..rule_book.rules.discount import DiscountMatrix
from .quotes import money
from .roles import MANAGERS, WRITERS

rule_books = Api("/rule-books", stream=rule_book.decider)
RuleVersion = Annotated[int, Path(ge=1, le=1_000_000)]
OPEN = ("draft", "rejected", "in_approval")
MOST_JUDGED = 1_000


@rule_books.act("/configuration", roles=(*MANAGERS, "solution"))
async def draft_configuration(body: ConfigurationRules, handle: Handle) -> None:
    """Write the next version of the configuration rules: what goes with what."""
    command = DraftRules(book_id=book_id("configuration"), book="configuration", configuration=body, drafted_by=handle.actor)
    return await handle(command)


@rule_books.act("/discount", roles=MANAGERS)
async def draft_discount(body: DiscountMatrix, handle: Handle) -> None:
    """Write the next version of the discount matrix: what each role may allow."""
    return await handle(DraftRules(book_id=book_id("discount"), book="discount", discount=body, drafted_by=handle.actor))


@rule_books.act("/{book}/{version}/activate", roles=MANAGERS, refuses=(UnknownRules, ActivatorIsDrafter))
async def activate_rules(book: BookName, version: RuleVersion, handle: Handle) -> None:
    """Let a version count from now on; a discount matrix is activated by somebody else than who wrote it."""
    return await handle(ActivateRules(book_id=book_id(book), version=version, activated_by=handle.actor))


class CheckedLine(Body):
    """A product, and how much of it."""

    product: Code
    quantity: Quantity


class CheckBody(Body):
    """Lines to be tried, as a quote would have them."""

    lines: Annotated[tuple[CheckedLine, ...], Field(min_length=1, max_length=500)]


class Checked(View):
    """Which rules do not hold; of an empty list, all do."""

    version: int | None = Field(description="The version of the rules that was asked; null: there are none that count.")
    violations: Sequence[Violation]


@rule_books.act("/configuration/check", roles=WRITERS)
async def check_configuration(body: CheckBody, read: Read) -> Checked:
    """Try lines before a quote is written: which rules they break, on which lines, and what would mend it."""
    version, rules = await live_configuration(read)
    lines = ((number, line.product, line.quantity) for number, line in enumerate(body.lines, 1))
    return Checked(version=version, violations=check(rules, lines))


class QuoteBroken(View):
    """An open quote that could not be submitted."""

    quote_id: UUID
    violations: Sequence[Violation]


class ConfigurationPreview(View):
    """What rules would say of quotes that are still open."""

    judged: int = Field(description="The newest, at most 1,000.")
    broken: Sequence[QuoteBroken]


@rule_books.query("/configuration/{version}/preview", roles=EVERYONE, refuses=(UnknownRules,))
async def preview_configuration(version: RuleVersion, read: Read) -> ConfigurationPreview:
    """Which open quotes could not be submitted, if this version counted."""
    rules = ConfigurationRules(**(await rules_of("configuration", version, read))["rules"])
    table = shown.quotes.c
    found = select(table.quote_id, table.lines).where(table.status.in_(OPEN)).order_by(table.drafted_at.desc()).limit(MOST_JUDGED)
    rows = await read.all(found)
    judged = await asyncio.to_thread(lambda: [(row["quote_id"], check(rules, lines_in(row["lines"]))) for row in rows])
    return ConfigurationPreview(
        judged=len(rows), broken=[QuoteBroken(quote_id=quote_id, violations=found) for quote_id, found in judged if found]
    )


class RoleReach(View):
    """So many open quotes a role could allow."""

    role: str
    quotes: int


class DiscountPreview(View):
    """What a discount matrix would say of quotes that are still open; personal grants and split deals apart."""

    judged: int = Field(description="Discounted quotes that are open, the newest, at most 1,000.")
    by_role: Sequence[RoleReach]
    nobody: int = Field(description="Quotes that no role could allow.")


@rule_books.query("/discount/{version}/preview", roles=EVERYONE, refuses=(UnknownRules,))
async def preview_discount(version: RuleVersion, read: Read) -> DiscountPreview:
    """How many open quotes each role could allow, if this version counted."""
    matrix = DiscountMatrix(**(await rules_of("discount", version, read))["rules"])
    table, today = shown.quotes.c, read.now.date()
    columns = (table.discount, table.net, table.cost, table.currency)
    found = select(*columns).where(table.status.in_(OPEN), table.discount > 0).order_by(table.drafted_at.desc()).limit(MOST_JUDGED)
    rows = await read.all(found)
    return await asyncio.to_thread(reached, matrix, rows, today)


def reached(matrix: DiscountMatrix, rows: Sequence[dict[str, Any]], today: date) -> DiscountPreview:
    """How many of these quotes each role could allow."""
    roles = sorted({row.role for row in matrix.rows})
    reach: Counter[str] = Counter()
    nobody = 0
    for row in rows:
        net, cost = Money(amount=row["net"], currency=row["currency"]), money(row["cost"], row["currency"])
        able = [role for role in roles if matrix.covers((role,), row["discount"], net, margin_rate(net, cost), today)]
        reach.update(able)
        nobody += not able
    return DiscountPreview(judged=len(rows), by_role=[RoleReach(role=role, quotes=reach[role]) for role in roles], nobody=nobody)


class RuleBookRow(View):
    """One version of a rule book."""

    book: BookName
    version: int
    status: Literal["draft", "live", "retired"]
    rules: dict[str, Any]
    drafted_by: str
    drafted_at: datetime
    activated_by: str | None
    activated_at: datetime | None


@rule_books.query("/{book}", roles=EVERYONE)
async def list_rules(
    book: BookName, read: Read, paging: Paging, status: Literal["draft", "live", "retired"] | None = None
) -> Page[RuleBookRow]:
    """The versions of a rule book, the newest first."""
    table = shown.rule_books.c
    found = select(*RULE_COLUMNS).where(table.book_id == book_id(book), *matching({table.status: status}))
    return await read.page(found, key=(table.version,), into=RuleBookRow, paging=paging)


@rule_books.query("/{book}/{version}", roles=EVERYONE, refuses=(UnknownRules,))
async def show_rules(book: BookName, version: RuleVersion, read: Read) -> RuleBookRow:
    """One version of a rule book."""
    return RuleBookRow(**await rules_of(book, version, read))


RULE_COLUMNS = [column for column in shown.rule_books.c if column is not shown.rule_books.c.book_id]


async def rules_of(book: BookName, version: int, read: Read) -> dict[str, Any]:
    table = shown.rule_books.c
    return await read.one(select(*RULE_COLUMNS).where(table.book_id == book_id(book), table.version == version), UnknownRules)


async def live_configuration(read: Read) -> tuple[int | None, ConfigurationRules | None]:
    """The rules that count, if any do."""
    table = shown.rule_books.c
    found = select(table.version, table.rules).where(table.book_id == book_id("configuration"), table.status == "live")
    row = await read.maybe(found)
    return (None, None) if row is None else (row["version"], ConfigurationRules(**row["rules"]))


def lines_in(lines: Sequence[dict[str, Any]]) -> list[tuple[int, str, Decimal]]:
    return [(line["line"], line["product"], Decimal(line["quantity"])) for line in lines]
