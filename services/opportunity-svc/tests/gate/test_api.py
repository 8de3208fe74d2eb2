"""Decisions at gates, over HTTP."""

from deal_world import BUYER, MANDATE, World, usd, world

__all__ = ["world"]

MEDDICC = {"metrics": "30 % less power", "decision_criteria": "Price, noise", "decision_process": "Board in May"}


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
