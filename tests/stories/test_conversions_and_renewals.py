"""Leads that become deals many at once, or part of one there is; what a campaign cost; and a contract that ends and is a lead again."""

import asyncio
from datetime import timedelta

import pytest

from ..api_client import ANN, MAX
from ..deals import OPPORTUNITIES, Deal, usd
from ..platform import Platform
from ..story_client import MIA, SalesStoryClient, facts, told_of_deal

pytestmark = pytest.mark.stack

BANT = {"need": "Pumps", "budget": usd(500_000), "authority": "Head of works", "timing": "2027-03-31"}
TRIANGLE = {"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"}
CLARA = {"name": "Clara Vane", "email": "clara@weir.example"}


async def from_fair(story: SalesStoryClient, company: str) -> str:
    """A lead of a campaign, which Ann has."""
    body = {"company": company, "channel": "exhibition", "campaign": "spring-fair"}
    lead = str((await story.do("capture_lead", "/leads", ANN, body))["lead_id"])
    await story.do("assign_lead", f"/leads/{lead}/assign", MAX, {"owner": "ann"})
    return lead


async def test_many_leads_become_deals_at_once_others_join_one_that_is_open_and_the_campaign_says_what_came_of_it(
    platform: Platform,
) -> None:
    story = SalesStoryClient(platform, "fair")
    leads = [await from_fair(story, company) for company in ("Fair One", "Fair Two", "Fair Three", "Fair Four")]
    for lead in leads[:2]:
        await story.do("qualify_lead", f"/leads/{lead}/qualify", ANN, BANT)
    asked = await story.do("convert_leads", "/conversions", ANN, {"lead_ids": leads[:3], **TRIANGLE})
    done = await story.until(f"/conversions/{asked['conversion_id']}", lambda now: now["waiting"] == 0)
    outcome = {row["lead_id"]: (row["outcome"], row["code"]) for row in done["data"]}
    assert outcome == {leads[0]: ("converted", None), leads[1]: ("converted", None), leads[2]: ("refused", "lead-not-qualified")}
    deals = {row["lead_id"]: row["opportunity_id"] for row in done["data"]}
    for lead in leads[:2]:
        await story.until(
            f"/opportunities?lead_id={lead}", lambda now: [row["status"] for row in now["data"]] == ["open"], at=OPPORTUNITIES
        )

    joined = {"opportunity_id": deals[leads[0]]}
    for lead in leads[2:]:
        await story.do("qualify_lead", f"/leads/{lead}/qualify", ANN, BANT)
    async with asyncio.timeout(60):
        while await story.tried("join_opportunity", f"/leads/{leads[2]}/join", ANN, joined) == "unknown-deal":
            await asyncio.sleep(0.05)  # lead-svc has not heard yet that it is open
    deal = Deal(platform.api_client, leads[0], ids={"lead": leads[0], "opportunity": deals[leads[0]]})
    await deal.win()
    await story.until("/campaigns/report", lambda now: sum(row["won"] for row in now["data"] if row["campaign"] == "spring-fair") == 1)
    assert await story.tried("join_opportunity", f"/leads/{leads[3]}/join", ANN, joined) == "deal-decided"
    spent = {"channel": "exhibition", "amount": usd(100_000), "spent_on": platform.now().date().isoformat()}
    await story.do("record_campaign_cost", "/campaigns/spring-fair/costs", MIA, spent)
    (report,) = [row for row in (await story.look("/campaigns/report"))["data"] if row["campaign"] == "spring-fair"]
    assert (report["captured"], report["qualified"], report["converted"], report["won"]) == (4, 4, 3, 1)
    assert report["won_amounts"] == [usd(4 * 99_999 + 7 * 12_345)]
    (each,) = report["spent"]
    assert (each["per_lead"], each["per_converted"]) == (usd(25_000), usd(33_333))
    evidence = await platform.assert_sound()
    (told,) = facts(evidence, "opportunity.joined", about=leads[2])
    assert told["opportunity_id"] == deals[leads[0]]
    assert facts(evidence, "opportunity.opened", about=leads[2]) == []


async def test_a_contract_that_ends_is_a_lead_of_whoever_had_it_and_becomes_another_deal(office: Platform) -> None:
    story = SalesStoryClient(office, "renewal")
    office.people |= set(CLARA.values())
    deal = await story.deal("Weir Works", {"contact": CLARA, "territory": "DACH"})
    await deal.win()
    ends_on = office.now().date() + timedelta(days=60)
    await deal.register(ends_on=ends_on.isoformat(), notice_days=30)
    here = "/leads?channel=renewal&owner=ann"
    await office.pass_days(28)
    assert not any(row["company"] == "Weir Works" for row in (await story.look(here))["data"]), "not yet"
    await office.pass_days(3)
    page = await story.until(here, lambda now: any(row["company"] == "Weir Works" for row in now["data"]))
    (lead,) = [row for row in page["data"] if row["company"] == "Weir Works"]
    assert (lead["renews"], lead["renews_ends_on"], lead["territory"]) == (deal.ids["contract"], ends_on.isoformat(), "DACH")
    assert (lead["renews_lead_id"], lead["consent"]) == (deal.ids["lead"], None)
    assert (await story.look(f"/leads/{lead['lead_id']}/contact"))["email"] == CLARA["email"]
    again = Deal(office.api_client, lead["lead_id"], ids={"lead": lead["lead_id"]})
    await again.convert()
    opened = await office.api_client.look(OPPORTUNITIES, f"/opportunities/{again.ids['opportunity']}")
    assert (opened["company"], opened["status"]) == ("Weir Works", "open")
    assert again.ids["opportunity"] != deal.ids["opportunity"]
    evidence = await office.assert_sound()
    (captured,) = facts(evidence, "lead.captured", about=lead["lead_id"])
    assert captured["renews"] == deal.ids["contract"]
    (expiring,) = facts(evidence, "contract.expiring", about=deal.ids["contract"])
    assert expiring["ends_on"] == ends_on.isoformat()
    assert {"lead.captured", "lead.assigned", "lead.converted", "opportunity.opened"} <= told_of_deal(evidence, lead["lead_id"])
