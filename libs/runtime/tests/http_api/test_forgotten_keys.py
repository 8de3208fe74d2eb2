"""Answers are kept for a while and then deleted; a retry that comes later still does nothing twice."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from desk import Client, code_of, events
from ltc_runtime import cleanup as tidying
from ltc_runtime.log import Log
from ltc_runtime.settings import Settings

WEEK = 7 * 24 * 3600.0
FIVE = {"amount": {"amount": 5, "currency": "EUR"}}


async def passes(log: Log, days: float) -> None:
    """So much time goes by since every answer."""
    await log.pool.execute("UPDATE answer SET at = at - $1::interval", timedelta(days=days))


async def kept(log: Log) -> set[str]:
    """The keys whose answers are there."""
    return {row["key"] for row in await log.pool.fetch("SELECT key FROM answer")}


async def forgotten(log: Log) -> None:
    """Every answer is too old, and deleted."""
    await passes(log, 8)
    await tidying.delete_old(log, WEEK)
    assert not await kept(log)


async def test_an_answer_is_kept_for_its_time_and_then_deleted(client: Client, desk_log: Log) -> None:
    await client.sign_in(**{"idempotency-key": "old"})
    await passes(desk_log, 0.2)
    await client.sign_in(**{"idempotency-key": "young"})
    await passes(desk_log, 6.9)
    assert await tidying.delete_old(desk_log, WEEK) == 1
    assert await kept(desk_log) == {"young"}
    assert (await client.sign_in(**{"idempotency-key": "young"})).headers["idempotency-replayed"] == "true"


async def test_old_answers_go_in_small_batches_by_themselves_under_a_lease(
    client: Client, desk_log: Log, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "BATCH", 2)
    for number in range(5):
        await client.sign_in(**{"idempotency-key": f"k{number}"})
    assert await tidying.delete_old(desk_log, WEEK) == 0
    await passes(desk_log, 8)
    await client.sign_in(**{"idempotency-key": "young"})
    assert await tidying.delete_old(desk_log, WEEK) == 2, "no more than a batch at once"
    task = asyncio.create_task(tidying.run_cleanup(desk_log, settings))
    try:
        async with asyncio.timeout(30):
            while await kept(desk_log) != {"young"}:
                await asyncio.sleep(0.02)
        assert await desk_log.pool.fetchval("SELECT until > now() FROM lease WHERE name = 'tidy'")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def refused_as_done(answer: httpx.Response) -> None:
    assert (answer.status_code, code_of(answer)) == (409, "already-done")
    assert "idempotency-replayed" not in answer.headers


async def test_money_does_not_move_again_under_a_key_whose_answer_is_gone(client: Client, desk_log: Log) -> None:
    path = await client.guest()
    headers = {**client.as_("finance"), "idempotency-key": "a"}
    assert (await client.post(f"{path}/pay", json=FIVE, headers=headers)).status_code == 204
    await forgotten(desk_log)
    await refused_as_done(await client.post(f"{path}/pay", json=FIVE, headers=headers))
    await refused_as_done(await client.post(f"{path}/pay", json={"amount": {"amount": 6, "currency": "EUR"}}, headers=headers))
    assert await events(desk_log) == ["guest-signed-in", "guest-paid"]
    assert not await kept(desk_log)


async def test_nothing_is_created_again_and_another_request_under_the_old_key_is_not_taken_for_done(client: Client, desk_log: Log) -> None:
    assert (await client.sign_in("Acme", **{"idempotency-key": "a"})).status_code == 201
    await forgotten(desk_log)
    await refused_as_done(await client.sign_in("Acme", **{"idempotency-key": "a"}))
    await refused_as_done(await client.sign_in("Initech", **{"idempotency-key": "a"}))
    assert await events(desk_log) == ["guest-signed-in"]


async def test_what_the_rules_refuse_by_now_is_refused_by_them(client: Client, desk_log: Log) -> None:
    path = await client.guest()
    headers = {**client.as_("finance"), "idempotency-key": "a"}
    await client.post(f"{path}/pay", json=FIVE, headers=headers)
    await client.post(f"{path}/sign-out", headers=client.as_("sales"))
    await forgotten(desk_log)
    answer = await client.post(f"{path}/pay", json=FIVE, headers=headers)
    assert (answer.status_code, code_of(answer)) == (409, "guest-is-gone")


async def test_what_had_no_effect_under_its_key_is_decided_afresh(client: Client, desk_log: Log) -> None:
    path = await client.guest()
    await client.post(f"{path}/sign-out", headers=client.as_("sales"))
    headers = {**client.as_("sales"), "idempotency-key": "a"}
    first = await client.post(f"{path}/sign-out", headers=headers)
    assert (first.status_code, await kept(desk_log)) == (204, {"a"})
    assert (await client.post(f"{path}/sign-out", headers=headers)).headers["idempotency-replayed"] == "true"
    await forgotten(desk_log)
    again = await client.post(f"{path}/sign-out", headers=headers)
    assert again.status_code == 204
    assert "idempotency-replayed" not in again.headers
    assert await events(desk_log) == ["guest-signed-in", "guest-signed-out"]
