"""A retry with the same key gets the same answer, and nothing happens twice."""

import asyncio

import pytest
from desk import Client, code_of, events
from ltc_runtime.log import Log

FIVE = {"amount": {"amount": 5, "currency": "EUR"}}


async def test_a_retry_gets_the_same_answer_byte_for_byte(client: Client, desk_log: Log) -> None:
    first = await client.sign_in(**{"idempotency-key": "a-1"})
    again = await client.sign_in(**{"idempotency-key": "a-1"})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    for name in ("etag", "location", "ltc-position", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert await events(desk_log) == ["guest-signed-in"]


async def test_quoted_and_bare_forms_are_the_same_key(client: Client, desk_log: Log) -> None:
    first = await client.sign_in(**{"idempotency-key": "a-1"})
    assert (await client.sign_in(**{"idempotency-key": '"a-1"'})).content == first.content
    assert await events(desk_log) == ["guest-signed-in"]


async def test_the_same_key_for_another_body_is_refused(client: Client, desk_log: Log) -> None:
    await client.sign_in("Acme", **{"idempotency-key": "a"})
    answer = await client.sign_in("Initech", **{"idempotency-key": "a"})
    assert (answer.status_code, code_of(answer)) == (422, "idempotency-key-reused")
    assert await events(desk_log) == ["guest-signed-in"]


async def test_the_same_key_for_another_path_is_refused(client: Client) -> None:
    one, other = await client.guest(), await client.guest()
    headers = {**client.as_("finance"), "idempotency-key": "a"}
    assert (await client.post(f"{one}/pay", json=FIVE, headers=headers)).status_code == 204
    answer = await client.post(f"{other}/pay", json=FIVE, headers=headers)
    assert (answer.status_code, code_of(answer)) == (422, "idempotency-key-reused")


async def test_a_key_belongs_to_its_owner_and_operation(client: Client, desk_log: Log) -> None:
    await client.sign_in(**{"idempotency-key": "a"})
    other = await client.sign_in(**{"idempotency-key": "a", **client.as_("sales", subject="bob")})
    assert other.status_code == 201
    assert "idempotency-replayed" not in other.headers
    left = await client.post(f"{other.headers['location']}/sign-out", headers={**client.as_("sales"), "idempotency-key": "a"})
    assert left.status_code == 204
    assert await events(desk_log) == ["guest-signed-in", "guest-signed-in", "guest-signed-out"]


async def test_headers_are_no_part_of_what_makes_a_request_the_same(client: Client) -> None:
    first = await client.sign_in(**{"idempotency-key": "a"})
    assert (await client.sign_in(**{"idempotency-key": "a", "accept-language": "zh", "traceparent": "x"})).content == first.content


async def test_the_key_is_looked_up_before_the_version_is_compared(client: Client) -> None:
    path = await client.guest()
    headers = {**client.as_("sales"), "idempotency-key": "a", "if-match": '"1"'}
    first = await client.post(f"{path}/sign-out", headers=headers)
    again = await client.post(f"{path}/sign-out", headers=headers)
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_retry_of_what_the_state_now_refuses_gets_its_first_answer(client: Client, desk_log: Log) -> None:
    path = await client.guest()
    paid = {**client.as_("finance"), "idempotency-key": "a"}
    await client.post(f"{path}/pay", json=FIVE, headers=paid)
    await client.post(f"{path}/sign-out", headers=client.as_("sales"))
    again = await client.post(f"{path}/pay", json=FIVE, headers=paid)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (204, "true")
    assert await events(desk_log) == ["guest-signed-in", "guest-paid", "guest-signed-out"]


async def test_a_refused_request_may_be_tried_again_under_its_key(client: Client) -> None:
    path = await client.guest()
    stale = {**client.as_("sales"), "idempotency-key": "a", "if-match": '"9"'}
    assert (await client.post(f"{path}/sign-out", headers=stale)).status_code == 412
    fresh = await client.post(f"{path}/sign-out", headers={**stale, "if-match": '"1"'})
    assert fresh.status_code == 204
    assert "idempotency-replayed" not in fresh.headers


async def test_money_does_not_move_without_a_key(client: Client, desk_log: Log) -> None:
    path = await client.guest()
    answer = await client.post(f"{path}/pay", json=FIVE, headers=client.as_("finance"))
    assert (answer.status_code, code_of(answer)) == (400, "idempotency-key-missing")
    assert await events(desk_log) == ["guest-signed-in"]


@pytest.mark.parametrize("key", ["", '""', '"a', "a b", "ä", "x" * 256, "\x01"])
async def test_a_key_that_is_none_is_refused(standing: Client, key: str) -> None:
    answer = await standing.sign_in(**{"idempotency-key": key.encode("latin-1")})  # type: ignore[arg-type]
    assert (answer.status_code, code_of(answer)) == (400, "bad-request")


async def test_many_at_once_with_one_key_happen_once(client: Client, desk_log: Log) -> None:
    answers = await asyncio.gather(*(client.sign_in(**{"idempotency-key": "a"}) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 9
    assert await events(desk_log) == ["guest-signed-in"]


async def test_whoever_waits_too_long_for_the_first_is_told_to_come_back(client: Client) -> None:
    context = client.app.context
    context.in_flight_seconds = 0.05
    context.in_flight["ann", "sign_in", "a"] = asyncio.get_running_loop().create_future()
    answer = await client.sign_in(**{"idempotency-key": "a"})
    assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (409, "busy", "1")
    context.in_flight.pop(("ann", "sign_in", "a")).set_result(None)
    assert (await client.sign_in(**{"idempotency-key": "a"})).status_code == 201


async def test_a_retry_after_a_cancelled_request_gets_its_answer(client: Client, desk_log: Log) -> None:
    for delay in (0, 0.001, 0.002, 0.004, 0.008):
        key = {"idempotency-key": f"k{delay}"}
        task = asyncio.create_task(client.sign_in(**key))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await client.sign_in(**key)).status_code == 201
    assert await events(desk_log) == ["guest-signed-in"] * 5


async def test_the_answer_is_in_the_transaction_of_the_events(client: Client, desk_log: Log) -> None:
    await client.sign_in(**{"idempotency-key": "a"})
    row = await desk_log.pool.fetchrow(
        "SELECT a.xmin::text AS answer, l.xmin::text AS event, a.command_id = l.command_id AS same FROM answer a, log l"
    )
    assert row is not None
    assert row["answer"] == row["event"]
    assert row["same"]
