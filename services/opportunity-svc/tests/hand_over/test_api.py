"""Hand-overs over HTTP, on a real log with the policies at work."""

from datetime import timedelta
from uuid import UUID

from deal_world import World, usd
from hand_over_world import FACT, HAND_OVER, hear, leaves, report, world
from ltc_events.lead import DeskTakenUp
from opportunity_svc.hand_over.policies import keep_desks

__all__ = ["world"]


async def test_all_open_deals_of_a_leaver_change_hands_with_their_tasks_and_history(world: World) -> None:
    open_, still, lost = await world.deal(1, pipeline="project"), await world.deal(2), await world.deal(3)
    await world.initiated(open_)
    await world.do("ann", f"{open_}/decisions/ATI/request", {"business_case": "It pays"})
    await world.do("ann", f"{open_}/forecast", {"category": "commit", "amount": usd(300), "close_on": "2099-12-31"})
    await world.do("ann", f"{still}/suspend", {"reason": "budget_frozen", "note": "Until May"})
    await world.do("ann", f"{lost}/lose", {"reason": "price", "lesson": "None"})
    await world.served.react()
    await hear(world, leaves("ann", "bob"))
    found = await report(world)
    assert (found["owner"], found["to"], found["by"], found["left_behind"], found["moved"]) == ("ann", "bob", "max", 0, 2)
    assert [(row["company"], row["status"], row["owner"], row["left_behind"]) for row in found["deals"]] == [
        ("Acme 1", "open", "bob", []), ("Acme 2", "suspended", "bob", []),
    ]  # fmt: skip
    for deal in (open_, still):
        assert (await world.look("nat", deal))["account_manager"] == "bob"
    assert (await world.look("nat", lost))["account_manager"] == "ann", "history says who lost it"
    history = (await world.look("nat", f"{open_}/history"))["data"]
    (changed,) = [each["data"] for each in history if each["type"] == "ltc.opportunity.changed.v1"]
    assert (changed["reason"], changed["changed_by"], changed["hand_over_id"]) == ("ann left", "max", str(HAND_OVER))
    todo = (await world.look("bob", "/tasks", mine=True, status="open"))["data"]
    assert sorted((row["kind"], row["why"]["gate"]) for row in todo) == [("decision_to_ask", "ATI"), ("forecast_to_set", None)]
    await world.do("bob", f"{open_}/decisions/ATI/request", {"business_case": "It still pays"})
    await world.do("bob", f"{open_}/forecast", {"category": "pipeline", "amount": usd(200), "close_on": "2099-12-31"})
    await world.served.react()
    assert (await world.look("bob", "/tasks", mine=True, status="open"))["data"] == []
    late = await world.deal(4)
    await world.served.react()
    assert (await world.look("nat", late))["account_manager"] == "bob"
    assert (await report(world))["moved"] == 3
    await hear(world, DeskTakenUp(desk_id=UUID(int=1), owner="ann"))
    kept = await world.deal(5)
    await world.served.react()
    assert (await world.look("nat", kept))["account_manager"] == "ann"


async def test_open_tasks_go_with_the_leaver_and_those_of_who_may_decide_to_whoever_ordered_it(world: World) -> None:
    deal = await world.deal(pipeline="project")
    await world.initiated(deal)
    await world.do("ann", f"{deal}/decisions/ATI/request", {"business_case": "It pays"})
    close = (world.served.log.clock.now().date() + timedelta(days=1)).isoformat()
    await world.do("ann", f"{deal}/change", {"expected_close": close, "reason": "Soon"})
    await world.served.react()
    world.served.pass_days(3)
    await world.served.react()
    (own,) = (await world.look("nat", "/tasks", owner="ann", kind="close_passed"))["data"]
    await world.do("ann", f"/tasks/{own['task_id']}/reassign", {"to": "mia"})
    await world.served.react()
    await hear(world, leaves("mia", "bob"))
    found = await report(world)
    assert sorted((row["kind"], row["owner_now"]) for row in found["tasks"]) == [("close_passed", "bob"), ("decision_overdue", "max")]
    assert [(row["gate"], row["user"]) for row in found["mandates"]] == [("ATB", "mia"), ("ATC", "mia"), ("ATI", "mia")]
    assert (found["left_behind"], found["authority"], found["delegations"]) == (0, [], [])
    (stays,) = (await world.look("max", "/tasks", mine=True, kind="mandate_stays"))["data"]
    assert (stays["about"], stays["opportunity_id"], stays["status"]) == ("mia", None, "open")
    await world.do("max", "/mandates/mia/revoke")
    await world.served.react()
    assert (await world.look("max", f"/tasks/{stays['task_id']}"))["dropped_because"] == "revoked"


async def test_where_nobody_follows_or_the_successor_has_a_seat_the_deal_stays_and_somebody_is_told(world: World) -> None:
    deal = await world.deal(1)
    await world.served.react()
    await hear(world, leaves("ann", "sam"))
    found = await report(world)
    (row,) = found["deals"]
    assert (row["left_behind"], row["hindrance"], row["moved_at"], found["left_behind"]) == (
        ["account_manager"], "successor_has_seat", None, 1,
    )  # fmt: skip
    (task,) = (await world.look("max", "/tasks", mine=True, status="open"))["data"]
    assert (task["kind"], task["why"]["user"], task["opportunity_id"]) == ("seat_stays", "ann", deal.rsplit("/", 1)[1])
    assert (await world.look("nat", "/tasks", hand_over_id=str(HAND_OVER)))["data"] == [task]
    await world.do("mia", f"{deal}/change", {"account_manager": "bob", "reason": "Bob knows them"})
    await world.served.react()
    assert (await report(world))["left_behind"] == 0
    assert (await world.look("max", f"/tasks/{task['task_id']}"))["dropped_because"] == "seat_changed"
    other = UUID(int=91)
    await hear(world, leaves("bob", None, other))
    assert [each["hindrance"] for each in (await report(world, other))["deals"]] == ["no_successor"]
    await hear(world, DeskTakenUp(desk_id=UUID(int=1), owner="bob"))
    assert (await world.look("max", "/tasks", mine=True, status="open"))["data"] == [], "bob is back, and has the deal"


async def test_a_hand_over_nobody_told_of_is_not_found(world: World) -> None:
    answer = await world.people["max"].get(f"/hand-overs/{UUID(int=7)}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-hand-over")
    assert (await world.people["nat"].get(f"/hand-overs/{UUID(int=7)}")).status_code == 403


async def test_more_deals_than_one_part_are_handed_over_also_those_opened_meanwhile(world: World) -> None:
    for number in range(1, 61):
        await world.deal(number)
    await world.served.react()
    for command in keep_desks(leaves("ann", "bob"), FACT):
        await world.served.decide(command)
    await world.deal(61)  # as it is heard
    await world.served.react()
    found = await report(world)
    assert (found["moved"], found["left_behind"], len(found["deals"]), found["more"]) == (61, 0, 50, True)
    listed = (await world.look("max", f"/hand-overs/{HAND_OVER}/deals", limit=200))["data"]
    assert (len(listed), {row["owner"] for row in listed}) == (61, {"bob"})
