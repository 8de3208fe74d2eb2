"""A large deal on its way through the gates: what each asks for is done by whose it is, and decided by somebody else."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ..frontline import Person, Rejected
from .cast import BOARD
from .stage import OPPORTUNITIES, Play, until

CASE = {"business_case": "A reference on the coast; the margin holds at the floor"}
GUARANTEE = "Bank guarantee for the advance"
GATES = ("ATI", "ATB", "ATC")


async def initiate(play: Play) -> None:
    """ATI, authorise to invest (立项): goal, plan and a frozen estimate."""
    early = None
    if play.role.refused:
        early = await _asked_too_early(play)
        play.refused(play.gates, f"{play.owner.subject} asks for ATI too early", early, "gate-not-ready")
    step = {"code": "S-1", "what": "Visit the wells with our process engineer", "owner": play.owner.subject, "due": _in(play, 14)}
    await play.do("note initiation", "initiation", play.owner, {"goal": "A reference", "scope": "Skids on site", "resources": "Two people"})
    await play.do("note plan step", "plan-steps", play.owner, step)
    if play.role.reaches == "ATI":
        early = await _asked_too_early(play)
        play.refused(play.gates, f"{play.owner.subject} asks for ATI of {play.role.company}", early, "gate-not-ready")
        return
    await estimate(play, "ATI", 1)
    if early is not None or not play.role.refused:
        await play.do("request decision ATI", "decisions/ATI/request", play.owner, CASE)
    if play.role.refused:
        own = await play.tried("decide own request", "decisions/ATI", play.owner, {"round": 1, "outcome": "approved"})
        play.refused(play.gates, f"{play.owner.subject} decides about it", own, "decider-is-maker")
    await decide(play, "ATI", play.boss)


async def _asked_too_early(play: Play) -> Rejected | None:
    return await play.tried("request decision ATI", "decisions/ATI/request", play.owner, CASE)


async def bid(play: Play) -> bool:
    """ATB, authorise to bid (投标): what hurts the customer, who decides there, against whom we bid, and from which price on.

    Returns:
        whether the bid is with the customer.
    """
    await guide(play)
    floor = int(play.deal.net * 0.9) // 100 * 100
    terms = {"price_floor": play.money(floor), "deadline": _in(play, 60), "bond": play.money(floor // 50)}
    await play.do("note bid terms", "bid-terms", play.owner, terms)
    await estimate(play, "ATB", 2)
    await play.do("request decision ATB", "decisions/ATB/request", play.owner, CASE)
    if play.role.reaches == "ATB":
        return False
    verdict: dict[str, Any] = {"round": 1, "outcome": "approved"}
    by = play.boss
    if play.role.refused:
        beyond = await play.tried("decide beyond mandate", "decisions/ATB", play.boss, verdict)
        play.refused(play.gates, f"{play.boss.subject} decides about ATB", beyond, "beyond-mandate")
        condition = {"text": GUARANTEE, "owner": play.role.team.fulfilment, "due": _in(play, 30)}
        by, verdict = BOARD, {"round": 1, "outcome": "conditional", "conditions": [condition]}
    await decide(play, "ATB", by, verdict)
    await play.do("enter stage submitted", "stage", play.owner, {"stage": "submitted"})
    await play.do("submit bid", "bid", play.owner, {"proposal": "Technical and commercial proposal, version 3"})
    if play.role.refused:
        fulfilment, evidence = Person(play.role.team.fulfilment, ("fulfilment",)), {"evidence": "Guarantee of the house bank, in the file"}
        await play.do("fulfil condition", "decisions/ATB/conditions/1/fulfil", fulfilment, evidence)
        play.gates.say(f"{by.subject} lets us bid on a condition: {GUARANTEE.lower()}; {fulfilment.subject} fulfils it")
    await play.do("enter stage negotiating", "stage", play.owner, {"stage": "negotiating"})
    return True


async def guide(play: Play) -> None:
    """What is found out on the way to the bid."""
    await play.do("enter stage guiding", "stage", play.owner, {"stage": "guiding"})
    pain = {"code": "SALT", "text": "Two wells turn salty", "owner": "Head of works", "confirmed": True}
    await play.do("note pain", "pains", play.solver, pain)
    need = {"code": "R-1", "text": "Below 250 mg/l chloride", "compliance": "full", "answer": "80 mg/l at 20 °C"}
    await play.do("note requirement", "requirements", play.solver, need)
    await play.do("enter stage bidding", "stage", play.owner, {"stage": "bidding"})
    for seat in _chain():
        await play.do("note chain member", "decision-chain", play.owner, seat)
    meddicc = {"metrics": "30 % less energy", "decision_criteria": "Price, energy", "decision_process": "Board in the spring"}
    await play.do("note meddicc", "meddicc", play.owner, meddicc)
    await play.do("note competitor", "competitors", play.owner, {"code": "Coastal-Pumps", "strategy": "Energy recovery, shown next door"})


def _chain() -> Sequence[dict[str, Any]]:
    return (
        {"code": "cfo", "name": "Jonas Lambrecht", "role": "economic_buyer", "influence": "high", "attitude": "supporter"},
        {"code": "works", "name": "Nora Kessel", "role": "coach", "influence": "high", "attitude": "champion", "reports_to": "cfo"},
    )


async def sign_off(play: Play) -> None:
    """ATC, authorise to contract (签约): the approved quote, on the last estimate."""
    await estimate(play, "ATC", 3)
    await play.do("request decision ATC", "decisions/ATC/request", play.owner, {**CASE, "quote_id": play.walked.quote_id})
    await decide(play, "ATC", BOARD if play.role.refused else play.boss)


async def decided(play: Play) -> None:
    """Say how far it came, by whom."""
    asked = f"/decisions?opportunity_id={play.walked.opportunity_id}"
    rows = (await play.stage.look(OPPORTUNITIES, asked, play.owner))["data"]
    waiting = (await play.stage.look(OPPORTUNITIES, f"{asked}&waiting_for_me=true", play.boss))["data"]
    by_gate = {row["gate"]: f"{row['gate']} {row['status']} by {row['decided_by']}" for row in rows if row["decided_by"]}
    waits = [f"{row['gate']} waits for {play.boss.subject}" for row in waiting]
    play.gates.say(f"{play.role.company}: {', '.join([*(by_gate[gate] for gate in GATES if gate in by_gate), *waits])}")


async def decide(play: Play, gate: str, by: Person, verdict: dict[str, Any] | None = None) -> None:
    """Somebody who may decides."""
    await play.do(f"decide {gate}", f"decisions/{gate}", by, verdict or {"round": 1, "outcome": "approved"})
    play.stage.tale.counted["gates passed"] += 1


async def estimate(play: Play, gate: str, version: int) -> None:
    """What the deal will bring and cost, refined for each gate and frozen by somebody else."""
    revenue, cost = play.deal.net, play.deal.net * (70 + version) // 100
    body = {
        "revenue": play.money(revenue),
        "costs": [{"category": "hardware", "amount": play.money(cost)}],
        "cash": [{"month": f"{play.stage.day.year + 1}-03", "inflow": play.money(revenue), "outflow": play.money(cost)}],
        "assumptions": "Membranes at this year's price",
    }
    await play.do(f"draft estimate {gate}", "estimate", play.solver, body)
    await play.do(f"freeze estimate {gate}", "estimate/freeze", play.boss, {"gate": gate, "version": version})
    play.stage.tale.counted["estimates frozen"] += 1

    async def progress() -> Any:
        return await play.stage.look(OPPORTUNITIES, f"{play.at}/progress", play.owner)

    # It is noted by a reaction, a moment after it is frozen.
    await until(f"the estimate for {gate}", progress, lambda it: all(each["criterion"] != "estimate_frozen" for each in it["next"]))


async def forecast(play: Play) -> None:
    """How sure its account manager is of it, this quarter."""
    body = {"category": play.role.category, "amount": play.money(play.deal.net), "close_on": last_day(play)}
    await play.do("forecast", "forecast", play.owner, body)


def last_day(play: Play) -> str:
    """The last day of the quarter."""
    month = (play.stage.day.month + 2) // 3 * 3
    return f"{play.stage.day.year}-{month:02}-{30 if month in (6, 9) else 31}"


def _in(play: Play, days: int) -> str:
    return (play.stage.day + timedelta(days)).isoformat()
