"""Rule previews: what a version of rules would change for open quotes, before it is activated."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Money
from ltc_runtime.http import EVERYONE, Api, Read, View
from pydantic import Field
from sqlalchemy import select

from ..quote.read import QuoteContent
from ..quote.rules.margin import margin_rate
from ..rule_book.read import RuleVersion, show_rules
from ..rule_book.rules import UnknownRules
from ..rule_book.rules.configuration import ConfigurationRules, Violation, check
from ..rule_book.rules.discount import DiscountMatrix

rule_previews = Api("/rule-books")
OPEN = ("draft", "rejected", "in_approval")
MOST_JUDGED = 1_000


class QuoteBroken(View):
    """An open quote that could not be submitted."""

    quote_id: UUID
    violations: Sequence[Violation]


class ConfigurationPreview(View):
    """What rules would say of quotes that are still open."""

    judged: int = Field(description="The newest, at most 1,000.")
    broken: Sequence[QuoteBroken]


@rule_previews.query("/configuration/{version}/preview", roles=EVERYONE, refuses=(UnknownRules,))
async def preview_configuration(version: RuleVersion, read: Read) -> ConfigurationPreview:
    """Which open quotes could not be submitted, if this version counted."""
    rules = ConfigurationRules(**(await show_rules("configuration", version, read)).rules)
    table = QuoteContent.table.c
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


@rule_previews.query("/discount/{version}/preview", roles=EVERYONE, refuses=(UnknownRules,))
async def preview_discount(version: RuleVersion, read: Read) -> DiscountPreview:
    """How many open quotes each role could allow, if this version counted."""
    matrix = DiscountMatrix(**(await show_rules("discount", version, read)).rules)
    table, today = QuoteContent.table.c, read.now.date()
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
        net = Money(amount=row["net"], currency=row["currency"])
        cost = None if row["cost"] is None else Money(amount=row["cost"], currency=row["currency"])
        able = [role for role in roles if matrix.covers((role,), row["discount"], net, margin_rate(net, cost), today)]
        reach.update(able)
        nobody += not able
    return DiscountPreview(judged=len(rows), by_role=[RoleReach(role=role, quotes=reach[role]) for role in roles], nobody=nobody)


def lines_in(lines: Sequence[dict[str, Any]]) -> list[tuple[int, str, Decimal]]:
    return [(line["line"], line["product"], Decimal(line["quantity"])) for line in lines]
