"""Rounds and deadlocks over HTTP."""

from cpq_desk import SERVER, Desk, desk, good, refused, seen

__all__ = ["desk"]


async def test_rounds_keep_a_ledger_and_a_deadlock_its_alternatives(desk: Desk) -> None:
    deal = await desk.deal()
    quote = await desk.quote(deal, SERVER)
    content = (await seen(desk.ann, f"/quotes/{quote}"))["quote_hash"]
    about = {"quote_id": quote, "quote_hash": content}
    gave = {"about": "service", "what": "A year of service", "value": {"amount": 5_000, "currency": "USD"}}
    got = {"about": "payment", "what": "Half in advance", "value": {"amount": 2_000, "currency": "USD"}}
    await good(desk.ann, f"/opportunities/{deal}/rounds", {**about, "gave": [gave]})
    await good(desk.ann, f"/opportunities/{deal}/rounds", {**about, "got": [got]})
    await good(desk.ann, f"/opportunities/{deal}/deadlock", {"about": "Penalty", "alternatives": [{"what": "A smaller step"}]})
    future = {**about, "held_on": "2999-01-01"}
    assert await refused(desk.ann, f"/opportunities/{deal}/rounds", future) == (409, "day-in-the-future")
    assert await refused(desk.ann, f"/opportunities/{deal}/rounds", about) == (409, "in-deadlock")
    shown = await seen(desk.mia, f"/opportunities/{deal}/negotiation")
    assert [(row["round"], len(row["gave"]), len(row["got"])) for row in shown["rounds"]] == [(1, 1, 0), (2, 0, 1)]
    assert shown["ledger"] == [{"currency": "USD", "gave": 5_000, "got": 2_000, "balance": -3_000}]
    assert (shown["deadlock"]["after_round"], shown["deadlock"]["broken_on"]) == (2, None)
    await good(desk.ann, f"/opportunities/{deal}/deadlock/break", {"how": "They took it", "alternative": 1})
    assert (await seen(desk.mia, f"/opportunities/{deal}/negotiation"))["deadlock"]["how"] == "They took it"
