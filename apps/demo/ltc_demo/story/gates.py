"""A large deal at its gates: its team meets the criteria, and another person decides."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ..client import Person, Rejected
from .context import OPPORTUNITIES, DealRun, until
from .plans import BOARD

CASE = {"business_case": "A reference on the coast; the margin holds at the floor"}
GUARANTEE = "Bank guarantee for the advance"
GATES = ("ATI", "ATB", "ATC")


async def initiate(run: DealRun) -> None:
    """ATI, authorise to invest (立项): goal, plan and a frozen estimate."""
    early = None
    if run.plan.refused:
        early = await _asked_too_early(run)
        run.refused(run.gates, f"{run.owner.subject} asks for ATI too early", early, "gate-not-ready")
    step = {"code": "S-1", "what": "Visit the wells with our process engineer", "owner": run.owner.subject, "due": _in(run, 14)}
    await run.do("note initiation", "initiation", run.owner, {"goal": "A reference", "scope": "Skids on site", "resources": "Two people"})
    await run.do("note plan step", "plan-steps", run.owner, step)
    if run.plan.reaches == "ATI":
        early = await _asked_too_early(run)
        run.refused(run.gates, f"{run.owner.subject} asks for ATI of {run.plan.company}", early, "gate-not-ready")
        return
    await estimate(run, "ATI", 1)
    if early is not None or not run.plan.refused:
        await run.do("request decision ATI", "decisions/ATI/request", run.owner, CASE)
    if run.plan.refused:
        own = await run.try_post("decide own request", "decisions/ATI", run.owner, {"round": 1, "outcome": "approved"})
        run.refused(run.gates, f"{run.owner.subject} decides about it", own, "decider-is-maker")
    await decide(run, "ATI", run.manager)


async def _asked_too_early(run: DealRun) -> Rejected | None:
    return await run.try_post("request decision ATI", "decisions/ATI/request", run.owner, CASE)


async def bid(run: DealRun) -> bool:
    """ATB, authorise to bid (投标): what hurts the customer, who decides there, against whom we bid, and from which price on.

    Returns:
        whether the bid is with the customer.
    """
    await note_findings(run)
    floor = int(run.deal.net * 0.9) // 100 * 100
    terms = {"price_floor": run.money(floor), "deadline": _in(run, 60), "bond": run.money(floor // 50)}
    await run.do("note bid terms", "bid-terms", run.owner, terms)
    await estimate(run, "ATB", 2)
    await run.do("request decision ATB", "decisions/ATB/request", run.owner, CASE)
    if run.plan.reaches == "ATB":
        return False
    verdict: dict[str, Any] = {"round": 1, "outcome": "approved"}
    by = run.manager
    if run.plan.refused:
        beyond = await run.try_post("decide beyond mandate", "decisions/ATB", run.manager, verdict)
        run.refused(run.gates, f"{run.manager.subject} decides about ATB", beyond, "beyond-mandate")
        condition = {"text": GUARANTEE, "owner": run.plan.team.fulfilment, "due": _in(run, 30)}
        by, verdict = BOARD, {"round": 1, "outcome": "conditional", "conditions": [condition]}
    await decide(run, "ATB", by, verdict)
    await run.do("enter stage submitted", "stage", run.owner, {"stage": "submitted"})
    await run.do("submit bid", "bid", run.owner, {"proposal": "Technical and commercial proposal, version 3"})
    if run.plan.refused:
        fulfilment, evidence = Person(run.plan.team.fulfilment, ("fulfilment",)), {"evidence": "Guarantee of the house bank, in the file"}
        await run.do("fulfil condition", "decisions/ATB/conditions/1/fulfil", fulfilment, evidence)
        run.gates.say(f"{by.subject} approves the bid on a condition: {GUARANTEE.lower()}; {fulfilment.subject} fulfils it")
    await run.do("enter stage negotiating", "stage", run.owner, {"stage": "negotiating"})
    return True


async def note_findings(run: DealRun) -> None:
    """What is found out on the way to the bid."""
    await run.do("enter stage guiding", "stage", run.owner, {"stage": "guiding"})
    pain = {"code": "SALT", "text": "Two wells turn salty", "owner": "Head of works", "confirmed": True}
    await run.do("note pain", "pains", run.solution_manager, pain)
    need = {"code": "R-1", "text": "Below 250 mg/l chloride", "compliance": "full", "answer": "80 mg/l at 20 °C"}
    await run.do("note requirement", "requirements", run.solution_manager, need)
    await run.do("enter stage bidding", "stage", run.owner, {"stage": "bidding"})
    for seat in _chain():
        await run.do("note chain member", "decision-chain", run.owner, seat)
    meddicc = {"metrics": "30 % less energy", "decision_criteria": "Price, energy", "decision_process": "Board in the spring"}
    await run.do("note meddicc", "meddicc", run.owner, meddicc)
    await run.do("note competitor", "competitors", run.owner, {"code": "Coastal-Pumps", "strategy": "Energy recovery, shown next door"})


def _chain() -> Sequence[dict[str, Any]]:
    return (
        {"code": "cfo", "name": "Jonas Lambrecht", "role": "economic_buyer", "influence": "high", "attitude": "supporter"},
        {"code": "works", "name": "Nora Kessel", "role": "coach", "influence": "high", "attitude": "champion", "reports_to": "cfo"},
    )


async def sign_off(run: DealRun) -> None:
    """ATC, authorise to contract (签约): the approved quote, on the last estimate."""
    await estimate(run, "ATC", 3)
    await run.do("request decision ATC", "decisions/ATC/request", run.owner, {**CASE, "quote_id": run.outcome.quote_id})
    await decide(run, "ATC", BOARD if run.plan.refused else run.manager)


async def show_decisions(run: DealRun) -> None:
    """Show the decisions, and who made them."""
    asked = f"/decisions?opportunity_id={run.outcome.opportunity_id}"
    rows = (await run.context.get(OPPORTUNITIES, asked, run.owner))["data"]
    waiting = (await run.context.get(OPPORTUNITIES, f"{asked}&waiting_for_me=true", run.manager))["data"]
    by_gate = {row["gate"]: f"{row['gate']} {row['status']} by {row['decided_by']}" for row in rows if row["decided_by"]}
    waits = [f"{row['gate']} waits for {run.manager.subject}" for row in waiting]
    run.gates.say(f"{run.plan.company}: {', '.join([*(by_gate[gate] for gate in GATES if gate in by_gate), *waits])}")


async def decide(run: DealRun, gate: str, by: Person, verdict: dict[str, Any] | None = None) -> None:
    """A person with the mandate decides."""
    await run.do(f"decide {gate}", f"decisions/{gate}", by, verdict or {"round": 1, "outcome": "approved"})
    run.context.story.counted["gates passed"] += 1


async def estimate(run: DealRun, gate: str, version: int) -> None:
    """What the deal will bring and cost, refined for each gate and frozen by another person."""
    revenue, cost = run.deal.net, run.deal.net * (70 + version) // 100
    body = {
        "revenue": run.money(revenue),
        "costs": [{"category": "hardware", "amount": run.money(cost)}],
        "cash": [{"month": f"{run.context.day.year + 1}-03", "inflow": run.money(revenue), "outflow": run.money(cost)}],
        "assumptions": "Membranes at this year's price",
    }
    await run.do(f"draft estimate {gate}", "estimate", run.solution_manager, body)
    await run.do(f"freeze estimate {gate}", "estimate/freeze", run.manager, {"gate": gate, "version": version})
    run.context.story.counted["estimates frozen"] += 1

    async def progress() -> Any:
        return await run.context.get(OPPORTUNITIES, f"{run.at}/progress", run.owner)

    # It is noted by a reaction, a moment after it is frozen.
    await until(f"the estimate for {gate}", progress, lambda it: all(each["criterion"] != "estimate_frozen" for each in it["next"]))


async def forecast(run: DealRun) -> None:
    """How sure its account manager is of it, this quarter."""
    body = {"category": run.plan.category, "amount": run.money(run.deal.net), "close_on": last_day(run)}
    await run.do("forecast", "forecast", run.owner, body)


def last_day(run: DealRun) -> str:
    """The last day of the quarter."""
    month = (run.context.day.month + 2) // 3 * 3
    return f"{run.context.day.year}-{month:02}-{30 if month in (6, 9) else 31}"


def _in(run: DealRun, days: int) -> str:
    return (run.context.day + timedelta(days)).isoformat()
