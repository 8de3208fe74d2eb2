"""The story's companies, people and deals; all invented (``examples/story``)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ..catalogue import Catalogue
from ..client import Person
from ..deal import Days, Deal, Item, Payment, Price, Team

WEST = Team("mara.ellis", "idris.vaughn", "noor.haddad", "piet.solheim")
EAST = Team("tang.yue", "luo.jing", "he.kun", "xu.ning")
BOARD = Person("vera.ostrom", ("sales_manager",))
"""Grants mandates, and decides what exceeds those of others."""
OFFICE = Person("rule.office", ("sales_manager",))
"""Drafts the rules."""
ANALYST = Person("analyst.desk", ("analyst",))

FORM = "story-landing-page"
CONSENT = "I agree to hear of your offers by mail until I say otherwise."
VISITOR = {
    "submission_id": "6f0f3c1e-5b0f-4c1e-9d55-0b6c1a2f7d01",
    "company": "Pinefall Brewing",
    "need": "We only look around: what does softer water cost?",
    "name": "Selma Fairweather",
    "email": "selma@pinefall.example",
    "consent": True,
}

EXPORTS = (("Salesforce", "salesforce"), ("HubSpot", "hubspot"), ("Jiandaoyun (简道云)", "jiandaoyun"))
"""Whose exports are imported, and the mapping and file of each."""

Lines = tuple[tuple[str, int], ...]
LARGE: Lines = (("SKID-RO", 4), ("PLC-7", 1), ("ERD-2", 2), ("SITE-TEAM", 20))
MIDDLE: Lines = (("SKID-RO", 2), ("PLC-7", 1), ("SITE-TEAM", 12))
SMALL: Lines = (("SKID-RO", 1), ("PLC-7", 1), ("SITE-TEAM", 10))


@dataclass(frozen=True)
class DealPlan:
    """One large deal of the story.

    Args:
        company: as the export spells it.
        reaches: the gate it stops at, or ``cash``.
        refused: whether it tries what the rules refuse.
    """

    key: str
    company: str
    need: str
    currency: str
    team: Team
    budget: int
    reaches: str
    discount: Decimal = Decimal(0)
    category: str = "commit"
    refused: bool = False
    lines: Lines = LARGE
    deliveries: int = 1


MAIN_DEAL = DealPlan(
    key="P-1", company="Halden Ridge Water Authority", need="Desalination for two coastal wells", currency="USD", team=WEST,
    budget=95_000_000, reaches="cash", discount=Decimal("0.12"), refused=True, deliveries=2,
)  # fmt: skip
PLANS: tuple[DealPlan, ...] = (
    MAIN_DEAL,
    DealPlan(
        key="P-2", company="瀚澜水务有限公司", need="海岛供水的反渗透淡化装置", currency="CNY", team=EAST,
        budget=700_000_000, reaches="cash", discount=Decimal("0.04"),
    ),
    DealPlan(
        key="P-3", company="Northgate Bottling Company", need="Process water by reverse osmosis", currency="USD", team=WEST,
        budget=52_000_000, reaches="ATB", category="best_case", lines=MIDDLE,
    ),
    DealPlan(
        key="P-4", company="Marlow Creek Utilities, Inc.", need="Desalination of brackish ground water", currency="USD", team=WEST,
        budget=31_000_000, reaches="ATI", category="pipeline", lines=SMALL,
    ),
)  # fmt: skip
DUPLICATE = "Marlow Creek Utilities"
"""The fourth of them, as another export spells it."""
OTHER_LEADS = (DUPLICATE, "青石纸业有限公司", str(VISITOR["company"]))
"""Leads that stay leads."""


def deals(prices: Iterable[Price], day: date) -> Mapping[str, Deal]:
    """The story as rows of a file, by key: so the books, and whether they add up, are those of all deals."""
    catalogue = Catalogue.of(prices)
    found = [_deal(plan, catalogue, Days(captured=day, engaged=day, closed=day, delivered=day, paid=day)) for plan in PLANS]
    found += [_other_lead(company, number) for number, company in enumerate(OTHER_LEADS, len(PLANS) + 1)]
    return {deal.key: deal for deal in found}


def _deal(plan: DealPlan, catalogue: Catalogue, days: Days) -> Deal:
    return Deal(
        line=int(plan.key[2:]),
        key=plan.key,
        stage="won" if plan.reaches == "cash" else "open",
        company=plan.company,
        need=plan.need,
        channel="other",
        currency=plan.currency,
        team=plan.team,
        items=tuple(_item(catalogue.price(product, plan.currency), count, plan.discount) for product, count in plan.lines),
        days=days,
        advance=Decimal("0.3"),
        deliveries=plan.deliveries,
        payment=Payment(receipts=2),
    )


def _item(price: Price, count: int, discount: Decimal) -> Item:
    listed = Decimal(price.list_price) * count
    return Item(price, Decimal(count), int((listed * (1 - discount)).quantize(Decimal(1), ROUND_HALF_UP)))


def _other_lead(company: str, number: int) -> Deal:
    return Deal(number, f"P-{number}", "lead", company, "", "other", "USD", WEST, ())


def companies() -> Sequence[str]:
    """The companies of all leads."""
    return [*(plan.company for plan in PLANS), *OTHER_LEADS]
