"""From a lead to a decision: captured, assigned, qualified, converted, quoted, won or lost."""

from datetime import date, timedelta
from typing import Any

from .actions import Actions, manager, sales
from .client import LogPosition
from .deal import Deal, Item
from .master_data import Books
from .outcome import DealOutcome
from .progress import Progress

LEADS, OPPORTUNITIES = "lead-svc", "opportunity-svc"

_USUAL_CYCLE = timedelta(days=90)
_SOME_DAY = date(2030, 12, 31)
"""When a deal should close of which no date is known; the same on every run."""


async def capture(deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome) -> None:
    """Capture the lead and assign it to its owner."""
    who, on = sales(deal.team), deal.days.captured
    body: dict[str, Any] = {"company": deal.company, "channel": deal.channel, "need": deal.need}
    if deal.campaign is not None:
        body["campaign"] = deal.campaign
    if deal.person is not None:
        body["contact"] = {"name": deal.person.name, "email": deal.person.email}
    answer = await actions.post(LEADS, "capture lead", "/leads", who, body, on=on)
    outcome.lead_id = answer.body["lead_id"]
    progress.reach("captured")
    await actions.post(LEADS, "assign lead", f"/leads/{outcome.lead_id}/assign", who, {"owner": deal.team.owner}, on=on)
    progress.reach("assigned")


async def open_opportunity(deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome) -> None:
    """Qualify the lead, hand it over, and see the opportunity open."""
    who, on = sales(deal.team), deal.days.engaged
    expected = deal.days.closed or (deal.days.engaged + _USUAL_CYCLE if deal.days.engaged else _SOME_DAY)
    bant = {"need": deal.need, "budget": _money(deal, deal.net), "authority": "Head of operations", "timing": expected.isoformat()}
    await actions.post(LEADS, "qualify lead", f"/leads/{outcome.lead_id}/qualify", who, bant, on=on)
    team = deal.team
    triangle = {"account_manager": team.owner, "solution_manager": team.solution, "fulfilment_manager": team.fulfilment}
    answer = await actions.post(LEADS, "convert lead", f"/leads/{outcome.lead_id}/convert", who, triangle, on=on)
    outcome.opportunity_id = answer.body["opportunity_id"]
    await actions.get(
        OPPORTUNITIES, "→ opportunity opens", f"/opportunities/{outcome.opportunity_id}", who, after=(answer.published,)
    )  # waits until it has consumed the lead's events
    progress.reach("opened")


async def lose(deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome) -> None:
    """Give the deal up, and say what we learn."""
    body = {"reason": deal.reason, "lesson": deal.lesson, "lost_on": _day(deal.days.closed)}
    path = f"/opportunities/{outcome.opportunity_id}/lose"
    await actions.post(OPPORTUNITIES, "lose opportunity", path, sales(deal.team), body, on=deal.days.closed)
    progress.reach("lost")


async def win(deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome, books: Books) -> LogPosition | None:
    """Quote, have the discount approved where it must be, and win.

    Returns:
        what contract-svc must consume first.
    """
    who, on = sales(deal.team), deal.days.closed
    lines = [_line(deal, item) for item in deal.items]
    body = {"price_book": books.code(deal.currency), "lines": lines}
    path = f"/opportunities/{outcome.opportunity_id}"
    answer = await actions.post(OPPORTUNITIES, "draft quote", f"{path}/quotes", who, body, on=on)
    outcome.quote_id = answer.body["quote_id"]
    quote = f"/quotes/{outcome.quote_id}"
    await actions.post(OPPORTUNITIES, "submit quote", f"{quote}/submit", who, on=on)
    if any(item.net < item.list for item in deal.items):
        await _approved(deal, actions, quote)
    await actions.post(OPPORTUNITIES, "send quote", f"{quote}/send", who, on=on)
    await actions.post(OPPORTUNITIES, "accept quote", f"{quote}/accept", who, {"accepted_on": _day(on)}, on=on)
    won = {"quote_id": outcome.quote_id, "won_on": _day(on)}
    answer = await actions.post(OPPORTUNITIES, "win opportunity", f"{path}/win", who, won, on=on)
    progress.reach("won")
    return answer.published


async def _approved(deal: Deal, actions: Actions, quote: str) -> None:
    # A discount: whether it was within the maker's own authority, the quote says.
    shown = await actions.get(OPPORTUNITIES, "show quote", quote, sales(deal.team))
    if shown["status"] == "in_approval":
        approval = {"quote_hash": shown["quote_hash"]}
        await actions.post(OPPORTUNITIES, "approve quote", f"{quote}/approve", manager(deal.team), approval, on=deal.days.closed)


def _line(deal: Deal, item: Item) -> dict[str, Any]:
    return {"product": item.price.product, "quantity": str(item.quantity), "net": _money(deal, item.net)}


def _money(deal: Deal, amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": deal.currency}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
