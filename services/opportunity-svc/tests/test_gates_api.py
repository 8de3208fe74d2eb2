"""Pipelines, gates, mandates and findings over HTTP, on a real log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from ltc_events import Money
from ltc_events.lead import LeadConverted
from opportunity_svc.deal.policies import open_opportunity
from opportunity_svc.pipeline.rules import LIGHT, PROJECT
from opportunity_svc.service import service

PEOPLE = {
    "ann": ("sales",),
    "mia": ("sales_manager",),
    "max": ("sales_manager",),
    "sam": ("solution",),
    "dan": ("finance",),
    "nat": ("analyst",),
    "leo": ("legal",),
}
ITEM = {"product": "PMP", "description": "Pump", "unit": "piece", "list_price": {"amount": 10_000, "currency": "USD"}, "tax_rate": "0.13"}
BUYER = {"code": "cfo", "name": "Jo Doe", "role": "economic_buyer", "influence": "high", "attitude": "champion"}
MEDDICC = {"metrics": "30 % less power", "decision_criteria": "Price, noise", "decision_process": "Board in May"}


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


MANDATE = {"gates": ["ATI", "ATB", "ATC"], "max_amount": usd(10**9), "valid_from": "2020-01-01"}


@dataclass
class World:
    """The people who work on deals, each with their client."""

    served: Any
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def do(self, who: str, path: str, body: Any = None) -> httpx.Response:
        """Something that is not refused."""
        answer = await self.people[who].post(path, **({} if body is None else {"json": body}))
        assert answer.status_code < 300, answer.text
        return answer

    async def refused(self, who: str, path: str, body: Any = None) -> dict[str, Any]:
        """Something that is; the problem."""
        answer = await self.people[who].post(path, **({} if body is None else {"json": body}))
        assert answer.status_code >= 400, answer.text
        return dict(answer.json())

    async def look(self, who: str, path: str, **asked: Any) -> dict[str, Any]:
        """What somebody sees."""
        answer = await self.people[who].get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def deal(self, number: int = 1, value: int = 500_000, pipeline: str | None = None) -> str:
        """An open deal."""
        converted = LeadConverted(
            lead_id=UUID(int=number), opportunity_id=UUID(int=100 + number), party_id=UUID(int=3), company=f"Acme {number}", need="Pumps",
            budget=Money(amount=value, currency="USD"), account_manager="ann", solution_manager="sam", fulfilment_manager="fay",
            expected_close=date(2026, 12, 24),
        )  # fmt: skip
        for command in open_opportunity(converted):
            await self.served.decide(command)
        path = f"/opportunities/{converted.opportunity_id}"
        if pipeline is not None:
            await self.do("ann", f"{path}/pipeline", {"pipeline": pipeline})
        return path

    async def estimated(self, deal: str, gate: str, version: int) -> None:
        """An estimate, frozen for a gate, and noted by it."""
        money = {"costs": [{"category": "hardware", "amount": usd(700 + version)}], "revenue": usd(1_000), "assumptions": "Steel as today"}
        cash = [{"month": "2026-12", "inflow": usd(1_000), "outflow": usd(700 + version)}]
        await self.do("sam", f"{deal}/estimate", {**money, "cash": cash})
        await self.do("max", f"{deal}/estimate/freeze", {"gate": gate, "version": version})
        await self.served.react()

    async def initiated(self, deal: str) -> None:
        """What ATI asks for."""
        await self.estimated(deal, "ATI", 1)
        await self.do("ann", f"{deal}/initiation", {"goal": "Enter the water market", "scope": "Forty pumps", "resources": "Two engineers"})
        await self.do("ann", f"{deal}/plan-steps", {"code": "S1", "what": "Visit the works", "owner": "ann", "due": "2026-12-01"})

    async def decided(self, deal: str, gate: str, **body: Any) -> None:
        """Asked for and approved."""
        await self.do("ann", f"{deal}/decisions/{gate}/request", {"business_case": "It pays", **body})
        await self.do("mia", f"{deal}/decisions/{gate}", {"round": 1, "outcome": "approved"})


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    world = World(await serve(service))
    async with AsyncExitStack() as stack:
        for name, roles in PEOPLE.items():
            world.people[name] = await stack.enter_async_context(world.served.client(name, *roles))
        await world.do("max", "/mandates/mia", MANDATE)
        yield world


async def test_a_gate_that_is_not_ready_lists_each_thing_that_is_missing_and_who_sees_to_it(world: World) -> None:
    deal = await world.deal(pipeline="project")
    problem = await world.refused("ann", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})
    assert (problem["status"], problem["code"]) == (409, "gate-not-ready")
    assert [(each["criterion"], each["user"], each["operation"]) for each in problem["unmet"]] == [
        ("initiation_described", "ann", "note_initiation"), ("plan_present", "ann", "note_plan_step"),
        ("estimate_frozen", "fay", "draft_estimate"),
    ]  # fmt: skip
    assert problem["detail"].endswith(
        "Missing: goal, scope and resources, a step of the sales plan, an estimate frozen by a sales manager or finance."
    )
    stuck = await world.refused("ann", f"{deal}/stage", {})
    assert [each["criterion"] for each in stuck["unmet"]] == ["initiation_described", "plan_present", "estimate_frozen", "gate_passed"]
    progress = await world.look("nat", f"{deal}/progress")
    assert [each["criterion"] for each in progress["next"]] == ["initiation_described", "plan_present", "estimate_frozen", "gate_passed"]
    assert [stage["where"] for stage in progress["stages"]] == ["here", *["ahead"] * 4]
    assert len(progress["to_win"]) > len(progress["next"])


async def test_a_decision_is_made_within_a_mandate_and_never_by_its_maker(world: World) -> None:
    deal = await world.deal(pipeline="project")
    await world.initiated(deal)
    await world.do("ann", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})
    yes = {"round": 1, "outcome": "approved"}
    beyond = await world.refused("dan", f"{deal}/decisions/ATI", yes)
    assert (beyond["code"], beyond["who"]) == ("beyond-mandate", ["mia"])
    assert (await world.refused("mia", f"{deal}/decisions/ATI", {**yes, "round": 2}))["code"] == "request-has-changed"
    assert (await world.refused("mia", f"{deal}/decisions/ATI", {"round": 1, "outcome": "rejected"}))["code"] == "invalid"
    await world.do("mia", "/mandates/ann", MANDATE)
    assert (await world.refused("ann", f"{deal}/decisions/ATI", yes))["code"] == "decider-is-maker"
    lent = {**MANDATE, "to": "dan", "valid_to": "2030-12-31"}
    await world.do("ann", "/mandates/ann/delegations", lent)
    back = await world.refused("dan", f"{deal}/decisions/ATI", {**yes, "on_behalf_of": "ann"})
    assert back["code"] == "authority-back-to-maker"
    await world.do("mia", "/mandates/mia/delegations", lent)
    await world.do("dan", f"{deal}/decisions/ATI", {**yes, "on_behalf_of": "mia"})
    (row,) = (await world.look("nat", "/decisions", gate="ATI"))["data"]
    assert (row["status"], row["decided_by"], row["on_behalf_of"], row["company"]) == ("approved", "dan", "mia", "Acme 1")
    delegation = (await world.look("nat", "/mandates/mia"))["delegations"][0]
    assert row["authority_ref"] == delegation["delegation_id"]


async def test_everybody_finds_the_decisions_that_wait_for_them(world: World) -> None:
    small, large = await world.deal(1, pipeline="project"), await world.deal(2, value=2 * 10**9, pipeline="project")
    for deal in (small, large):
        await world.initiated(deal)
        await world.do("sam", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})

    async def waiting(who: str) -> list[str]:
        return sorted(row["company"] for row in (await world.look(who, "/decisions", waiting_for_me="true"))["data"])

    assert await waiting("mia") == ["Acme 1"], "the other one is beyond her mandate"
    assert [await waiting(who) for who in ("dan", "sam", "ann")] == [[], [], []]
    await world.do("mia", "/mandates/mia/delegations", {**MANDATE, "to": "dan", "valid_to": "2030-12-31"})
    assert await waiting("dan") == ["Acme 1"]
    await world.do("mia", "/mandates/sam", MANDATE)
    assert await waiting("sam") == [], "sam asked"
    await world.do("max", "/mandates/mia/revoke")
    assert [await waiting(who) for who in ("mia", "dan")] == [[], []], "a delegation ends with its mandate"


async def test_a_decision_nobody_made_in_time_is_escalated(world: World) -> None:
    deal = await world.deal(pipeline="project")
    await world.initiated(deal)
    await world.do("ann", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})
    await world.served.react()
    assert (await world.look("nat", "/decisions", overdue="true"))["data"] == []
    world.served.pass_days(2)
    await world.served.react()
    (row,) = (await world.look("nat", "/decisions", overdue="true"))["data"]
    assert (row["gate"], row["status"], row["overdue"]) == ("ATI", "open", True)
    await world.do("mia", f"{deal}/decisions/ATI", {"round": 1, "outcome": "approved"})


async def test_a_condition_is_fulfilled_before_the_next_gate(world: World) -> None:
    deal = await world.deal(pipeline="project")
    await world.initiated(deal)
    await world.do("ann", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})
    condition = {"text": "Ask for the budget in writing", "owner": "sam", "due": "2026-12-01"}
    await world.do("mia", f"{deal}/decisions/ATI", {"round": 1, "outcome": "conditional", "conditions": [condition]})
    await ready_to_bid(world, deal)
    problem = await world.refused("ann", f"{deal}/decisions/ATB/request", {"business_case": "We win"})
    assert [(each["criterion"], each["user"], each["operation"]) for each in problem["unmet"]] == [
        ("condition_fulfilled", "sam", "fulfil_condition")
    ]
    await world.do("sam", f"{deal}/decisions/ATI/conditions/1/fulfil", {"evidence": "Letter of 3 March"})
    (row,) = (await world.look("nat", f"{deal}/conditions"))["data"]
    assert (row["fulfilled_by"], row["evidence"]) == ("sam", "Letter of 3 March")
    await world.do("ann", f"{deal}/decisions/ATB/request", {"business_case": "We win"})


async def ready_to_bid(world: World, deal: str) -> None:
    """In the bidding stage, with all that ATB asks for."""
    await world.do("ann", f"{deal}/stage", {"stage": "guiding"})
    await world.do("sam", f"{deal}/pains", {"code": "P1", "text": "Leaks", "owner": "Head of works", "confirmed": True})
    await world.do("sam", f"{deal}/requirements", {"code": "R1", "text": "Quiet", "compliance": "partial", "answer": "65 dB"})
    await world.do("ann", f"{deal}/stage", {})
    await world.do("ann", f"{deal}/decision-chain", BUYER)
    await world.do("ann", f"{deal}/meddicc", MEDDICC)
    await world.do("ann", f"{deal}/competitors", {"code": "Rival", "strategy": "Service within a day"})
    await world.estimated(deal, "ATB", 2)
    await world.do("ann", f"{deal}/bid-terms", {"price_floor": usd(15_000), "deadline": "2026-12-20", "bond": usd(1_000)})


async def test_new_terms_of_the_bid_need_a_new_decision(world: World) -> None:
    deal = await world.deal(pipeline="project")
    await world.initiated(deal)
    await world.decided(deal, "ATI")
    await ready_to_bid(world, deal)
    await world.decided(deal, "ATB")
    await world.do("ann", f"{deal}/bid-terms", {"price_floor": usd(14_000), "deadline": "2026-12-20", "bond": usd(1_000)})
    problem = await world.refused("ann", f"{deal}/bid", {"proposal": "v3"})
    assert [(each["gate"], each["operation"]) for each in problem["unmet"]] == [("ATB", "request_decision")]
    assert [row["status"] for row in (await world.look("nat", "/decisions", gate="ATB"))["data"]] == ["lapsed"]
    await world.do("ann", f"{deal}/decisions/ATB/request", {"business_case": "Still"})
    await world.do("mia", f"{deal}/decisions/ATB", {"round": 2, "outcome": "approved"})
    await world.do("ann", f"{deal}/bid", {"proposal": "v3"})


async def test_the_decision_chain_is_sealed_mapped_and_forgotten(world: World) -> None:
    deal = await world.deal()
    await world.do("ann", f"{deal}/decision-chain", BUYER)
    await world.do(
        "ann", f"{deal}/decision-chain", {**BUYER, "code": "head", "role": "user_buyer", "attitude": "unknown", "reports_to": "cfo"}
    )
    nobody = await world.refused("ann", f"{deal}/decision-chain", {**BUYER, "code": "x", "reports_to": "ceo"})
    assert nobody["code"] == "unknown-finding"
    chain = await world.look("sam", f"{deal}/decision-chain")
    seats = [(seat["seat"], seat["name"], seat["reports_to"]) for seat in chain["data"]]
    assert seats == [("cfo", "Jo Doe", None), ("head", "Jo Doe", "cfo")]
    assert chain["unclear"] == ["what head thinks of us"]
    for reader, sees in (("sam", True), ("nat", False)):
        assert ("Jo Doe" in str(await world.look(reader, f"{deal}/history"))) is sees, "names are for those who work on the deal"
    kept = str(await world.served.log.pool.fetch("SELECT data::text, content::text FROM log, read.deal_finding"))
    assert "Jo Doe" not in kept  # whole: two letters of it may stand in what is sealed, by chance
    forget = f"{deal}/people/{chain['data'][0]['subject_id']}/forget"
    await world.do("leo", forget)
    assert [seat["name"] for seat in (await world.look("sam", f"{deal}/decision-chain"))["data"]] == [None, "Jo Doe"]
    assert (await world.refused("leo", forget))["code"] == "unknown-member"


async def test_pipelines_are_drafted_previewed_and_activated_and_running_deals_keep_theirs(world: World) -> None:
    running = await world.deal(1)
    await world.do("ann", f"{running}/stage", {"stage": "proposing"})
    stages = [stage.model_dump(mode="json") for stage in LIGHT.stages]
    stages[1]["criteria"] = [{"check": "pain_confirmed"}, {"check": "form_filled", "form": "vision"}]
    await world.do("mia", "/pipelines/light", {"name": "Stricter", "profile": "light", "stages": stages})
    preview = await world.look("mia", "/pipelines/light/1/preview")
    assert (preview["deals"], preview["failing"]) == (1, 1)
    assert [each["criterion"] for each in preview["data"][0]["unmet"]] == ["pain_confirmed", "form_filled"]
    assert (await world.refused("mia", "/pipelines/light/2/activate"))["code"] == "unknown-pipeline"
    await world.do("mia", "/pipelines/light/1/activate")
    shown = await world.look("nat", "/pipelines/light")
    assert [(row["version"], row["status"]) for row in shown["data"]] == [(1, "live"), (0, "retired")]
    await world.do("ann", f"{running}/stage", {"stage": "closing"})
    assert (await world.refused("ann", f"{running}/pipeline", {"pipeline": "project"}))["code"] == "deal-under-way"
    new = await world.deal(2)
    row = await world.look("nat", new)
    assert (row["pipeline_version"], row["stage"]) == (1, "verifying")
    stuck = await world.refused("ann", f"{new}/stage", {"stage": "proposing"})
    assert [each["needs"] for each in stuck["unmet"]] == ["a pain the customer confirmed", "a form that is filled in: vision"]
    two_names = {"name": "x", "profile": "light", "stages": [stages[0], stages[0]]}
    assert (await world.refused("mia", "/pipelines/light", two_names))["code"] == "pipeline-unsound"
    gateless = {"name": "x", "profile": "project", "stages": stages}
    assert (await world.refused("mia", "/pipelines/mine", gateless))["code"] == "pipeline-unsound"


async def test_several_pipelines_run_side_by_side_twenty_10454(world: World) -> None:
    """Twenty CRM #10454: there was one pipeline only."""
    partners = {"name": "Partners", "profile": "light", "stages": [{"code": "intro", "name": "Introduction", "probability": "0.4"}]}
    await world.do("mia", "/pipelines/partners", partners)
    assert (await world.refused("ann", f"{await world.deal(9)}/pipeline", {"pipeline": "partners"}))["code"] == "unknown-pipeline"
    await world.do("mia", "/pipelines/partners/1/activate")
    await world.deal(1)
    await world.deal(2, pipeline="project")
    await world.deal(3, pipeline="partners")
    board = (await world.look("nat", "/pipeline/board"))["data"]
    assert [(each["pipeline"], each["stage"], each["deals"], each["weighted"]["amount"]) for each in board] == [
        ("light", "verifying", 2, 100_000), ("partners", "intro", 1, 200_000), ("project", "verifying", 1, 50_000),
    ]  # fmt: skip
    found = await world.look("nat", "/opportunities", pipeline="partners")
    assert [row["company"] for row in found["data"]] == ["Acme 3"]
    ranked = (await world.look("nat", "/pipeline/priorities"))["data"]
    assert [(each["rank"], each["company"]) for each in ranked][:2] == [(1, "Acme 3"), (2, "Acme 1")]


async def test_every_change_of_stage_is_in_the_timeline_twenty_11176(world: World) -> None:
    """Twenty CRM #11176: changes of stage were missing from the timeline."""
    deal = await world.deal()
    await world.do("ann", f"{deal}/stage", {})
    await world.do("sam", f"{deal}/stage", {"stage": "negotiating"})
    history = (await world.look("nat", f"{deal}/history"))["data"]
    moves = [each for each in history if each["type"] == "ltc.opportunity.stage-entered.v1"]
    assert [(each["data"]["previous"], each["data"]["stage"], each["actor"]) for each in moves] == [
        ("verifying", "guiding", "ann"), ("guiding", "negotiating", "sam"),
    ]  # fmt: skip
    assert all(each["occurred_at"] for each in moves)
    assert (await world.refused("ann", f"{deal}/stage", {"stage": "guiding"}))["code"] == "stage-behind"


async def test_what_is_not_let_in_is_counted_with_its_reason(world: World) -> None:
    out, lost, moved = await world.deal(1), await world.deal(2), await world.deal(3)
    await world.deal(4)
    await world.do("ann", f"{out}/decline", {"how": "not_admitted", "reason": "thin_margin", "note": "Below cost"})
    await world.do("ann", f"{lost}/decline", {"how": "no_bid", "reason": "no_chance", "note": "Written for another"})
    await world.do("ann", f"{moved}/stage", {})
    body = {"how": "not_admitted", "reason": "credit", "note": "Late"}
    assert (await world.refused("ann", f"{moved}/decline", body))["code"] == "already-admitted"
    report = await world.look("nat", "/pipeline/admission")
    assert (report["opened"], report["not_admitted"], report["reject_rate"], report["no_bid"]) == (4, 1, "0.2500", 1)
    assert report["reasons"] == [{"reason": "thin_margin", "deals": 1}]
    row = await world.look("nat", out)
    assert (row["status"], row["decline_reason"], row["decline_note"], row["actions"]) == ("not_admitted", "thin_margin", "Below cost", [])


async def test_conversion_is_counted_stage_by_stage(world: World) -> None:
    first, second = await world.deal(1), await world.deal(2)
    await world.deal(3)
    await world.do("ann", f"{first}/stage", {"stage": "proposing"})
    await world.do("ann", f"{second}/stage", {"stage": "guiding"})
    (way,) = (await world.look("nat", "/pipeline/conversion"))["data"]
    assert [(each["stage"], each["entered"], each["went_on"], each["rate"]) for each in way["stages"]] == [
        ("verifying", 3, 2, "0.6667"), ("guiding", 2, 1, "0.5000"), ("proposing", 1, 0, "0.0000"), ("negotiating", 0, 0, None),
        ("closing", 0, 0, None),
    ]  # fmt: skip
    assert (await world.look("nat", "/pipeline/conversion", opened_to="2020-01-01"))["data"] == []


async def test_a_lost_project_needs_a_failure_summary(world: World) -> None:
    deal = await world.deal(pipeline="project")
    lose = {"reason": "competitor", "lesson": "Be first"}
    assert (await world.refused("ann", f"{deal}/lose", lose))["code"] == "failure-summary-missing"
    await world.do("ann", f"{deal}/lose", {**lose, "failure_summary": {"cause": "Price", "turning_point": "May", "next_time": "Earlier"}})


async def test_findings_are_noted_anew_struck_and_listed(world: World) -> None:
    deal = await world.deal()
    await world.do("sam", f"{deal}/requirements", {"code": "R1", "text": "Quiet"})
    await world.do("sam", f"{deal}/requirements", {"code": "R1", "text": "Quiet", "compliance": "full"})
    await world.do("sam", f"{deal}/pocs", {"code": "POC1", "scope": "One pump for a week"})
    found = (await world.look("nat", f"{deal}/findings"))["data"]
    assert [(each["kind"], each["code"], each["noted_by"]) for each in found] == [("poc", "POC1", "sam"), ("requirement", "R1", "sam")]
    assert found[1]["content"]["compliance"] == "full"
    await world.do("sam", f"{deal}/findings/strike", {"kind": "poc", "code": "POC1"})
    assert (await world.refused("sam", f"{deal}/findings/strike", {"kind": "poc", "code": "POC1"}))["code"] == "unknown-finding"
    assert len((await world.look("nat", f"{deal}/findings", kind="requirement"))["data"]) == 1


async def test_the_built_in_pipelines_are_read_like_any_other(world: World) -> None:
    shown = (await world.look("nat", "/pipelines"))["data"]
    assert {row["code"]: row["pipeline"]["name"] for row in shown} == {"light": LIGHT.name, "project": PROJECT.name}
    assert (await world.people["nat"].get("/pipelines/none")).status_code == 404
