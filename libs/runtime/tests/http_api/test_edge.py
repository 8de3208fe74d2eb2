"""The edge as its callers see it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from desk import Client, code_of, events, pointers
from ltc_runtime.http import Api, Handle
from ltc_runtime.http.app import RouteWithoutRoles, create_app
from ltc_runtime.log import Log
from ltc_runtime.log.verify import verify
from ltc_runtime.service import Feature, Service
from ltc_runtime.settings import Settings


async def test_a_created_thing_has_a_location_a_version_and_a_position(client: Client) -> None:
    answer = await client.sign_in()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/guests/{answer.json()['guest_id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["ltc-position"] == "desk-svc@1; told=1"


async def test_a_private_event_moves_the_position_and_tells_nothing(client: Client) -> None:
    path = await client.guest()
    headers = {**client.as_("finance"), "idempotency-key": "a"}
    answer = await client.post(f"{path}/pay", json={"amount": {"amount": 5, "currency": "EUR"}}, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["ltc-position"] == "desk-svc@2"
    assert answer.headers["etag"] == '"2"'


async def test_what_was_written_can_be_read(standing: Client) -> None:
    path = await standing.guest()
    answer = await standing.get(path, headers=standing.as_("sales"))
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"1"'
    assert answer.json() | {"guest_id": ""} == {
        "guest_id": "", "company": "Acme", "name": "Ann Lee", "status": "here", "paid": 0, "actions": ["sign_out"],
    }  # fmt: skip


async def test_actions_are_those_that_state_and_roles_allow(standing: Client) -> None:
    path = await standing.guest()
    assert (await standing.get(path, headers=standing.as_("finance", "operator"))).json()["actions"] == ["pay", "forget_guest"]
    await standing.post(f"{path}/sign-out", headers=standing.as_("sales"))
    assert (await standing.get(path, headers=standing.as_("finance", "operator"))).json()["actions"] == ["forget_guest"]


async def test_a_refusal_is_a_problem_with_its_code_and_details(standing: Client) -> None:
    path = await standing.guest("Initech")
    await standing.post(f"{path}/sign-out", headers=standing.as_("sales"))
    answer = await standing.post(
        f"{path}/pay", json={"amount": {"amount": 5, "currency": "EUR"}}, headers={**standing.as_("finance"), "idempotency-key": "a"}
    )
    assert (answer.status_code, code_of(answer)) == (409, "guest-is-gone")
    assert answer.json()["detail"] == "The guest Initech has signed out."
    assert answer.json()["company"] == "Initech"
    assert len(answer.json()["trace_id"]) == 32


async def test_an_unknown_thing_is_not_found(standing: Client) -> None:
    for answer in (
        await standing.get(f"/guests/{uuid4()}", headers=standing.as_("sales")),
        await standing.get(f"/guests/{uuid4()}/history", headers=standing.as_("sales")),
        await standing.post(f"/guests/{uuid4()}/sign-out", headers=standing.as_("sales")),
    ):
        assert (answer.status_code, code_of(answer)) == (404, "unknown-guest")


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(standing: Client) -> None:
    assert code_of(await standing.get("/nothing", headers=standing.as_("sales"))) == "not-found"
    answer = await standing.delete("/guests", headers=standing.as_("sales"))
    assert (answer.status_code, code_of(answer)) == (405, "method-not-allowed")


# Conditions


async def test_a_reader_who_has_the_newest_version_is_told_so(client: Client) -> None:
    path = await client.guest()
    answer = await client.get(path, headers={**client.as_("sales"), "if-none-match": 'W/"7", "1"'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')
    assert (await client.get(path, headers={**client.as_("sales"), "if-none-match": '"7"'})).status_code == 200


async def test_a_stale_version_is_refused_and_nothing_happens(client: Client, desk_log: Log) -> None:
    path = await client.guest()
    answer = await client.post(f"{path}/sign-out", headers={**client.as_("sales"), "if-match": '"7"'})
    assert (answer.status_code, code_of(answer)) == (412, "stale")
    assert answer.json()["version"] == 1
    assert await events(desk_log) == ["guest-signed-in"]
    assert (await client.post(f"{path}/sign-out", headers={**client.as_("sales"), "if-match": '"7", "1"'})).status_code == 204


@pytest.mark.parametrize("tag", ["7", '"7', "", "two, three"])
async def test_a_version_that_is_no_entity_tag_is_refused(standing: Client, tag: str) -> None:
    path = await standing.guest()
    answer = await standing.post(f"{path}/sign-out", headers={**standing.as_("sales"), "if-match": tag})
    assert (answer.status_code, code_of(answer)) == (400, "bad-request")


@pytest.mark.parametrize("tag", ['W/"1"', '"x"', '"99999999999999999999"'])
async def test_a_weak_or_foreign_tag_matches_nothing(standing: Client, tag: str) -> None:
    path = await standing.guest()
    assert (await standing.post(f"{path}/sign-out", headers={**standing.as_("sales"), "if-match": tag})).status_code == 412


async def test_only_an_importer_says_when_it_happened(client: Client, desk_log: Log) -> None:
    when = {"ltc-occurred-at": "2017-01-02T10:00:00+02:00"}
    assert code_of(await client.sign_in(**when)) == "occurred-at-forbidden"
    answer = await client.sign_in(**when, **client.as_("sales", "importer"))
    assert answer.status_code == 201
    assert (await desk_log.pool.fetchval("SELECT occurred_at FROM log")).isoformat() == "2017-01-02T08:00:00+00:00"


@pytest.mark.parametrize("when", ["2017-01-02T18:00:00+08:00", "2017-01-02T10:00:00.123456789-03:30", "2017-01-02t10:00:00z"])
async def test_the_chain_holds_whatever_the_zone_it_happened_in(client: Client, desk_log: Log, when: str) -> None:
    answer = await client.sign_in(**client.as_("sales", "importer"), **{"ltc-occurred-at": when})
    assert answer.status_code == 201
    pool: Any = desk_log.pool
    async with pool.acquire() as connection:
        assert (await verify(connection, "desk-svc", {})).problems == []


async def test_what_happens_next_year_is_refused(standing: Client) -> None:
    when = (datetime.now(UTC) + timedelta(days=366)).isoformat()
    answer = await standing.sign_in(**standing.as_("sales", "importer"), **{"ltc-occurred-at": when})
    assert (answer.status_code, pointers(answer)) == (422, {"LTC-Occurred-At"})


async def test_an_importer_without_a_duty_may_do_nothing(standing: Client) -> None:
    answer = await standing.sign_in(**standing.as_("importer"))
    assert (answer.status_code, code_of(answer)) == (403, "forbidden")


@pytest.mark.parametrize(
    "when",
    [
        "yesterday", "2017-01-02", "2017-01-02T10:00:00", "2017-13-02T10:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00", "1900-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
async def test_a_time_that_is_none_is_refused(standing: Client, when: str) -> None:
    answer = await standing.sign_in(**standing.as_("sales", "importer"), **{"ltc-occurred-at": when})
    assert (answer.status_code, pointers(answer)) == (422, {"LTC-Occurred-At"})


# Lists


async def test_a_list_is_read_page_by_page_newest_first(client: Client) -> None:
    for number in range(5):
        await client.guest(f"Company {number}")
    seen: list[str] = []
    path: str | None = "/guests?limit=2&status=here"
    while path is not None:
        answer = await client.get(path, headers=client.as_("sales"))
        assert answer.status_code == 200, answer.text
        seen += [row["company"] for row in answer.json()["data"]]
        link = answer.headers.get("link")
        assert (link is None) == (answer.json()["next_cursor"] is None)
        path = None if link is None else link.removeprefix("<").removesuffix('>; rel="next"')
    assert seen == [f"Company {number}" for number in reversed(range(5))]


async def test_lists_are_filtered(client: Client) -> None:
    for company in ("A", "B", "C"):
        await client.guest(company)
    answer = await client.get("/guests?company=A&company=C", headers=client.as_("sales"))
    assert [row["company"] for row in answer.json()["data"]] == ["C", "A"]
    assert [row["name"] for row in answer.json()["data"]] == ["Ann Lee", "Ann Lee"]
    assert (await client.get("/guests?status=gone", headers=client.as_("sales"))).json()["data"] == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"), ("limit=x", "limit"), ("limit=1000", "limit"), ("limit=1&limit=2", "limit"), ("status=lost", "status"),
        ("colour=red", "colour"), ("cursor=x", "cursor"), ("cursor=%00", "cursor"), ("company=%00", "company"),
        ("cursor=WyJsaXN0X2d1ZXN0cyIsMV0", "cursor"), ("company=%ff", ""), ("limit=" + "9" * 5000, "limit"),
    ],
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_refused(standing: Client, query: str, parameter: str) -> None:
    answer = await standing.get(f"/guests?{query}", headers=standing.as_("sales"))
    assert (answer.status_code, code_of(answer), pointers(answer)) == (422, "invalid", {parameter})


async def test_a_cursor_of_another_list_is_refused(client: Client) -> None:
    path = await client.guest()
    await client.post(f"{path}/sign-out", headers=client.as_("sales"))
    cursor = (await client.get(f"{path}/history?limit=1", headers=client.as_("sales"))).json()["next_cursor"]
    answer = await client.get(f"/guests?cursor={cursor}", headers=client.as_("sales"))
    assert (answer.status_code, pointers(answer)) == (422, {"cursor"})


async def test_history_is_everything_that_happened_in_order(client: Client) -> None:
    path = await client.guest()
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    await client.post(f"{path}/sign-out", headers={**client.as_("sales", subject="bob"), "traceparent": trace})
    first = (await client.get(f"{path}/history?limit=1", headers=client.as_("sales"))).json()
    second = (await client.get(f"{path}/history?limit=1&cursor={first['next_cursor']}", headers=client.as_("sales"))).json()
    assert [entry["type"] for page in (first, second) for entry in page["data"]] == [
        "ltc.desk.guest-signed-in.v1", "ltc.desk.guest-signed-out.v1",
    ]  # fmt: skip
    assert second["next_cursor"] is None
    assert first["data"][0]["data"]["name"] == "Ann Lee"
    assert (second["data"][0]["actor"], second["data"][0]["trace_id"], second["data"][0]["roles"]) == ("bob", "a" * 32, ["sales"])


# Personal data


async def test_a_person_is_sealed_in_the_log_and_the_read_model(client: Client, desk_log: Log) -> None:
    await client.guest()
    stored = await desk_log.pool.fetchval("SELECT l::text || g::text FROM log l, read.guest_list g")
    assert "Ann Lee" not in stored
    assert "sealed.v1." in stored


async def test_a_forgotten_person_can_never_be_read_again(client: Client, desk_log: Log) -> None:
    path = await client.guest()
    assert (await client.post(f"{path}/forget", headers=client.as_("operator"))).status_code == 204
    assert (await client.get(path, headers=client.as_("sales"))).json()["name"] is None
    assert (await client.get(f"{path}/history", headers=client.as_("sales"))).json()["data"][0]["data"]["name"] is None
    assert await desk_log.pool.fetchval("SELECT count(*) FROM personal_key") == 0


# Deny by default


async def test_a_service_with_a_route_for_nobody_is_not_served(desk_log: Log, settings: Settings) -> None:
    open_api = Api("/doors")

    @open_api.act("/open", roles=())
    async def open_door(handle: Handle) -> None: ...

    with pytest.raises(RouteWithoutRoles, match="/doors/open"):
        create_app(Service("desk-svc", Feature(api=open_api)), desk_log, settings)

    plain = Api("/windows")

    @plain.get("/all")
    async def windows() -> None: ...

    with pytest.raises(RouteWithoutRoles, match="/windows/all"):
        create_app(Service("desk-svc", Feature(api=plain)), desk_log, settings)


async def test_a_role_that_does_not_exist_is_found_at_once() -> None:
    with pytest.raises(ValueError, match="no such roles: boss"):

        @Api("/doors").act("/open", roles=("boss",))  # type: ignore[arg-type]
        async def open_door(handle: Handle) -> None: ...


async def test_every_operation_refuses_every_role_it_does_not_name(standing: Client) -> None:
    for operation in standing.app.operations.values():
        path = operation.path.replace("{guest_id}", str(uuid4())).replace("{id}", "x")
        for role in sorted({"sales", "sales_manager", "finance", "operator", "analyst", "service", "legal"} - operation.roles):
            answer = await standing.request(operation.method, path, headers=standing.as_(role))
            assert (answer.status_code, code_of(answer)) == (403, "forbidden"), (operation.id, role)


# Waiting for what was written elsewhere


async def test_one_may_wait_for_ones_own_write(standing: Client) -> None:
    path = await standing.guest()
    assert (await standing.get(path, headers={**standing.as_("sales"), "ltc-after": "desk-svc@1; told=1"})).status_code == 200
    answer = await standing.get(path, headers={**standing.as_("sales"), "ltc-after": "desk-svc@99"})
    assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (503, "not-caught-up", "1")


@pytest.mark.parametrize("after", ["", "x", "desk-svc@", "desk-svc@-1", "other-svc@1", "desk-svc@" + "9" * 30])
async def test_a_position_that_is_none_is_refused(standing: Client, after: str) -> None:
    path = await standing.guest()
    answer = await standing.get(path, headers={**standing.as_("sales"), "ltc-after": after})
    assert (answer.status_code, code_of(answer)) == (400, "bad-request")


async def test_a_request_that_is_cancelled_does_not_break_its_neighbours(client: Client, desk_log: Log) -> None:
    tasks = [asyncio.create_task(client.sign_in(f"Company {number}")) for number in range(20)]
    await asyncio.sleep(0.005)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answer.status_code for answer in answers[1::2]] == [201] * 10  # type: ignore[union-attr]
    assert (await client.sign_in()).status_code == 201
    assert await desk_log.pool.fetchval("SELECT max(position) = count(*) FROM log")
