"""A large order goes through all gates, from initiation to the contract."""

import asyncio

import pytest

from ..api_client import ANN, MAX, Person, Refused
from ..deals import BOOK, OPPORTUNITIES, PUMP, Deal, usd
from ..platform import Platform

MIA, SAM = Person("mia", ("sales_manager",)), Person("sam", ("solution",))


async def test_a_project_is_won_through_all_gates_and_its_contract_is_drafted(platform: Platform) -> None:
    api_client = platform.api_client
    mandate = {"gates": ["ATI", "ATB", "ATC"], "max_amount": usd(10**9), "valid_from": "2000-01-01"}
    await api_client.act(OPPORTUNITIES, "grant_mandate", "/mandates/max", MIA, mandate, key="mandate-max")
    deal = await Deal(api_client, "project").to_opportunity()
    at = f"/opportunities/{deal.ids['opportunity']}"

    async def do(operation: str, path: str, who: Person, body: object = None, key: str = "") -> dict[str, object]:
        return dict((await deal.act(OPPORTUNITIES, operation, f"{at}/{path}", who, body, key=key)).body or {})

    async def decide(gate: str, **body: object) -> None:
        await do("request_decision", f"decisions/{gate}/request", ANN, {"business_case": "It pays", **body}, gate)
        with pytest.raises(Refused, match="decider-is-maker"):
            await do("decide_gate", f"decisions/{gate}", ANN, {"round": 1, "outcome": "approved"}, f"{gate}-self")
        await do("decide_gate", f"decisions/{gate}", MAX, {"round": 1, "outcome": "approved"}, gate)

    async def estimate(gate: str, version: int) -> None:
        cost = 300_000 + version
        said = {"revenue": usd(500_000), "costs": [{"category": "hardware", "amount": usd(cost)}], "assumptions": "Steel as today"}
        cash = [{"month": "2027-01", "inflow": usd(500_000), "outflow": usd(cost)}]
        await do("draft_estimate", "estimate", SAM, {**said, "cash": cash}, gate)
        await do("freeze_estimate", "estimate/freeze", MAX, {"gate": gate, "version": version}, gate)
        while "estimate_frozen" in str((await api_client.look(OPPORTUNITIES, f"{at}/progress"))["next"]):
            await asyncio.sleep(0.02)  # it is noted by a reaction

    await do("choose_pipeline", "pipeline", ANN, {"pipeline": "project"})
    with pytest.raises(Refused, match="gate-not-ready"):
        await do("request_decision", "decisions/ATI/request", ANN, {"business_case": "It pays"}, "early")
    await do("note_initiation", "initiation", ANN, {"goal": "A reference", "scope": "Eleven units", "resources": "Two people"})
    await do("note_plan_step", "plan-steps", ANN, {"code": "S1", "what": "Visit", "owner": "ann", "due": "2027-01-15"})
    await estimate("ATI", 1)
    await decide("ATI")
    await do("enter_stage", "stage", ANN, {}, "guiding")
    await do("note_pain", "pains", SAM, {"code": "P1", "text": "Leaks", "owner": "Head of works", "confirmed": True})
    await do("note_requirement", "requirements", SAM, {"code": "R1", "text": "Quiet", "compliance": "full"})
    await do("enter_stage", "stage", ANN, {}, "bidding")
    buyer = {"code": "cfo", "name": "Jo Doe", "role": "economic_buyer", "influence": "high", "attitude": "champion"}
    await do("note_chain_member", "decision-chain", ANN, buyer)
    await do("note_meddicc", "meddicc", ANN, {"metrics": "30 %", "decision_criteria": "Price", "decision_process": "Board"})
    await do("note_competitor", "competitors", ANN, {"code": "Rival", "strategy": "Service within a day"})
    await do("note_bid_terms", "bid-terms", ANN, {"price_floor": usd(300_000), "deadline": "2030-12-31", "bond": usd(10_000)})
    await estimate("ATB", 2)
    await decide("ATB")
    await do("enter_stage", "stage", ANN, {}, "submitted")
    await do("submit_bid", "bid", ANN, {"proposal": "Proposal, version 3"})
    await do("enter_stage", "stage", ANN, {}, "negotiating")
    with pytest.raises(Refused, match="not-ready-to-win") as refused:
        await deal.win()
    assert [each["gate"] for each in refused.value.problem["unmet"] if each["criterion"] == "gate_passed"] == ["ATC"]
    await estimate("ATC", 3)
    await decide("ATC", quote_id=deal.ids["quote"])
    await do("win_opportunity", "win", ANN, {"quote_id": deal.ids["quote"]}, "decided")
    contract = await deal.drafted()
    assert (contract["status"], deal.net) == ("draft", 4 * 99_999 + 7 * 12_345)
    shown = await api_client.look(OPPORTUNITIES, f"{at}/history")
    moves = [event["data"]["stage"] for event in shown["data"] if event["type"] == "ltc.opportunity.stage-entered.v1"]
    assert moves == ["verifying", "guiding", "bidding", "submitted", "negotiating"]
    await platform.assert_sound()


async def test_another_quote_than_the_one_decided_on_does_not_win(platform: Platform) -> None:
    api_client = platform.api_client
    stages = [{"code": "bid", "name": "Bid", "probability": "0.5", "gate": "ATC"}]
    short = {"name": "Short", "profile": "light", "stages": stages}
    await api_client.act(OPPORTUNITIES, "draft_pipeline", "/pipelines/short", MIA, short, key="short")
    await api_client.act(OPPORTUNITIES, "activate_pipeline", "/pipelines/short/1/activate", MIA, key="short-live")
    mandate = {"gates": ["ATC"], "max_amount": usd(10**9), "valid_from": "2000-01-01"}
    await api_client.act(OPPORTUNITIES, "grant_mandate", "/mandates/max", MIA, mandate, key="mandate-max-atc")
    deal = await Deal(api_client, "swapped").to_opportunity()
    at = f"/opportunities/{deal.ids['opportunity']}"
    await deal.act(OPPORTUNITIES, "choose_pipeline", f"{at}/pipeline", ANN, {"pipeline": "short"})
    quotes = []
    for quantity in ("1", "2"):
        body = {"price_book": BOOK, "lines": [{"product": PUMP, "quantity": quantity}]}
        drafted = await deal.act(OPPORTUNITIES, "draft_quote", f"{at}/quotes", ANN, body, key=quantity)
        quote = str(drafted.body["quote_id"])
        for operation in ("submit", "send", "accept"):
            accepting: dict[str, object] | None = {} if operation == "accept" else None
            await deal.act(OPPORTUNITIES, f"{operation}_quote", f"/quotes/{quote}/{operation}", ANN, accepting, key=quantity)
        quotes.append(quote)
    asked = {"business_case": "One pump", "quote_id": quotes[0]}
    await deal.act(OPPORTUNITIES, "request_decision", f"{at}/decisions/ATC/request", ANN, asked)
    await deal.act(OPPORTUNITIES, "decide_gate", f"{at}/decisions/ATC", MAX, {"round": 1, "outcome": "approved"})
    with pytest.raises(Refused, match="not-ready-to-win"):
        await deal.act(OPPORTUNITIES, "win_opportunity", f"{at}/win", ANN, {"quote_id": quotes[1]}, key="other")
    await deal.act(OPPORTUNITIES, "win_opportunity", f"{at}/win", ANN, {"quote_id": quotes[0]}, key="decided")
    await platform.assert_sound()
