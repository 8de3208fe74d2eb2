"""What we count on in a quarter, said by deal and summed by team, as it is and as it was; and a lost deal that comes back as a lead."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from ..api_client import ANN, Person, Refused
from ..deals import OPPORTUNITIES, Deal, usd
from ..mail_server import MailServer
from ..platform import Platform
from ..story_client import ALWAYS, LEA, MIA, NAT, SalesStoryClient, facts, told_of_deal

pytestmark = pytest.mark.stack

BOB, ELI = Person("bob", ("sales",)), Person("eli", ("sales",))
WEIGHTS = {"commit": "0.9", "best_case": "0.5", "pipeline": "0.1"}
STEP = {"subject": "Ready again, {company}?", "body": "Dear {name},\n\na new year.\n\nNo more: {withdraw}\n"}
LATER = {"calendar": {"zone": "UTC", "week": ALWAYS}, "sequences": {"come-back": [STEP]}}
SUMMARY = {"cause": "The budget went into a roof", "turning_point": "The visit in May", "next_time": "Ask finance before the bid"}
ODILE = {"name": "Odile Fenwick", "email": "odile@tarn-later.example"}


def quarter(day: date) -> tuple[str, date]:
    """The quarter of a day, and its last day."""
    number = (day.month + 2) // 3
    first_after = date(day.year + number // 4, number % 4 * 3 + 1, 1)
    return f"{day.year}-Q{number}", first_after - timedelta(days=1)


async def say(story: SalesStoryClient, deal: Deal, category: str, amount: int, close_on: date, who: Person = ANN) -> None:
    """How sure a deal is."""
    body = {"category": category, "amount": usd(amount), "close_on": close_on.isoformat()}
    await story.sell("forecast_opportunity", f"/opportunities/{deal.ids['opportunity']}/forecast", who, body)


def sums(shown: Any) -> list[tuple[str, int, int]]:
    """A forecast by category: how many deals, and how much."""
    return [(part["category"], part["deals"], part["amount"]) for part in shown["forecast"]]


async def test_a_quarter_is_forecast_by_team_against_its_target_and_any_past_day_says_what_was_said_then(office: Platform) -> None:
    story = SalesStoryClient(office, "forecast")
    today = office.now().date()
    period, end = quarter(today + timedelta(days=400))
    await story.sell("set_team", "/teams/east", MIA, {"lead": "mia", "members": ["mia", "eli"], "territory": "CN-SH"})
    target = {"period": period, "amount": usd(400_000), "weights": WEIGHTS}
    await story.sell("set_target", "/teams/east/target", MIA, target)
    sure, likely = [await story.deal(company, account_manager="eli") for company in ("Sure Ltd", "Likely Ltd")]
    theirs = await story.deal("Theirs Ltd", account_manager="bob")
    for deal, category, amount, who in (
        (sure, "commit", 300_000, ELI),
        (likely, "best_case", 100_000, ELI),
        (theirs, "commit", 50_000, BOB),
    ):
        await say(story, deal, category, amount, end, who)
    path = f"/forecasts/{period}"
    assert sums(await story.see(path, NAT)) == [("commit", 2, 350_000), ("best_case", 1, 100_000)]
    east = await story.see(f"{path}?team=east", NAT)
    assert sums(east) == [("commit", 1, 300_000), ("best_case", 1, 100_000)]
    assert (east["weighted"], east["remaining"], east["coverage"]) == (usd(320_000), usd(400_000), "0.8000")
    assert [team["code"] for team in await story.see("/teams?territory=CN-SH", NAT)] == ["east"]

    await office.pass_days(10)
    await say(story, likely, "commit", 200_000, end, ELI)
    stands = {"reason": "budget_frozen", "note": "Their board decides about budgets in May"}
    await story.sell("suspend_opportunity", f"/opportunities/{sure.ids['opportunity']}/suspend", ELI, stands)
    east = await story.see(f"{path}?team=east", NAT)
    assert sums(east) == [("commit", 1, 200_000), ("omitted", 1, 300_000)], "nobody counts on what stands still"
    await office.pass_days(10)
    await story.sell("resume_opportunity", f"/opportunities/{sure.ids['opportunity']}/resume", ELI, {"note": "It was granted"})
    await say(story, sure, "pipeline", 250_000, end, ELI)

    async def as_of(days: int) -> list[tuple[str, int, int]]:
        return sums(await story.see(f"{path}?team=east&as_of={today + timedelta(days=days)}", NAT))

    with pytest.raises(Refused, match="unknown-team"):
        await as_of(-1)
    assert await as_of(0) == [("commit", 1, 300_000), ("best_case", 1, 100_000)]
    assert await as_of(10) == [("commit", 1, 200_000), ("omitted", 1, 300_000)]
    assert await as_of(20) == [("commit", 1, 200_000), ("pipeline", 1, 250_000)]

    await likely.win()
    this_quarter, _ = quarter(office.now().date())
    won = (await office.api_client.look(OPPORTUNITIES, f"/forecasts/{this_quarter}?team=east", NAT))["won"]
    assert {"currency": "USD", "amount": 4 * 99_999 + 7 * 12_345}.items() <= won[0].items()
    assert await as_of(20) == [("pipeline", 1, 250_000)], "what is won is no forecast any more"
    evidence = await office.assert_sound()
    assert {"lead.converted", "opportunity.opened", "opportunity.suspended", "opportunity.resumed"} <= told_of_deal(
        evidence, sure.ids["lead"]
    )


async def test_a_deal_lost_for_now_leaves_its_summary_and_comes_back_as_a_lead_that_is_written_to(
    office: Platform, post: MailServer
) -> None:
    story = SalesStoryClient(office, "lost")
    office.people |= set(ODILE.values())
    await story.rules("nurture", LATER)
    period, end = quarter(office.now().date() + timedelta(days=800))
    deal = await story.deal("Tarn Later", {"contact": ODILE, "need": "Pumps"}, profile="project")
    at = f"/opportunities/{deal.ids['opportunity']}"
    await say(story, deal, "commit", 500_000, end)
    said_on = office.now().date()
    await office.pass_days(3)
    lost = {"reason": "no_budget", "lesson": "Ask for the budget first"}
    no = await story.no("lose_opportunity", f"{at}/lose", ANN, lost)
    assert no["code"] == "failure-summary-missing"
    await story.sell("lose_opportunity", f"{at}/lose", ANN, {**lost, "failure_summary": SUMMARY})
    assert (await story.see(at))["status"] == "lost"
    (told,) = [event for event in (await story.see(f"{at}/history"))["data"] if event["type"] == "ltc.opportunity.lost.v1"]
    assert (told["actor"], told["data"]["failure_summary"]) == ("ann", SUMMARY)
    assert sums(await story.see(f"/forecasts/{period}", NAT)) == []
    assert sums(await story.see(f"/forecasts/{period}?as_of={said_on}", NAT)) == [("commit", 1, 500_000)]

    def back(page: Any) -> bool:
        return any(row["returned_from"] == deal.ids["lead"] and row["owner"] for row in page["data"])

    page = await story.until("/leads?owner=ann", back)
    (lead,) = [row for row in page["data"] if row["returned_from"] == deal.ids["lead"]]
    assert (lead["company"], lead["return_reason"], lead["opportunity_id"]) == ("Tarn Later", "no_budget", None)
    path = f"/leads/{lead['lead_id']}"
    assert await story.tried("nurture_lead", f"{path}/nurture", ANN, {"sequence": "come-back"}) == "consent-missing", "not taken over"
    await story.do("record_consent", f"{path}/consent", ANN, {"given": True, "source": "Call"})
    await story.do("nurture_lead", f"{path}/nurture", ANN, {"sequence": "come-back"})
    async with asyncio.timeout(60):
        while not post.to(ODILE["email"]):
            await asyncio.sleep(0.05)
    (mail,) = post.to(ODILE["email"])
    assert mail["Subject"] == "Ready again, Tarn Later?"
    again = Deal(office.api_client, lead["lead_id"], ids={"lead": lead["lead_id"]})
    await story.do("log_touch", f"{path}/interactions", ANN, {"kind": "call", "direction": "in"})
    await again.convert()
    assert again.ids["opportunity"] != deal.ids["opportunity"]
    await story.do("forget_person", f"/people/{(await story.look(path))['contact_id']}/forget", LEA)
    evidence = await office.assert_sound()
    (fact,) = facts(evidence, "opportunity.lost", about=deal.ids["opportunity"])
    assert (fact["reason"], fact["failure_summary"]) == ("no_budget", SUMMARY)
    (captured,) = [fact for fact in facts(evidence, "lead.captured", about=deal.ids["lead"]) if fact.get("returned_from")]
    assert captured["lead_id"] == lead["lead_id"]
