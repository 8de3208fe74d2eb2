"""Who is let in under load: the rules under simulated time, then through the app."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import pytest
from desk import Client, code_of, desk, events
from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_runtime.http.admission import KINDS, LEAST, QUERIES_TURN, Admission, Kind, Ticket
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.http.problems import Overloaded, TooManyRequests
from ltc_runtime.log import Log
from ltc_runtime.settings import Settings
from machine import Database
from prometheus_client import generate_latest
from resolved import resolved


def come(rules: Admission, kind: Kind = "command", caller: str = "", now: float = 0.0) -> Ticket:
    """A request comes in, with a caller of its own unless one is named."""
    visit = rules.enter(kind, caller or object())
    rules.arrive(visit, now)
    return visit


def full(most: int = 2) -> tuple[Admission, list[Ticket]]:
    """A house in which as many are worked on as may be."""
    rules = Admission(most=most)
    return rules, [come(rules) for _ in range(most)]


def test_who_comes_into_an_empty_house_is_worked_on_at_once() -> None:
    rules = Admission()
    assert come(rules).state == "working"


def test_who_comes_into_a_full_house_waits_and_is_called_when_somebody_is_done() -> None:
    rules, working = full()
    waiting = come(rules)
    assert {one.state for one in [waiting]} == {"waiting"}
    assert rules.done(working[0], 0.1) == [waiting]
    assert waiting.state == "working"


def test_who_finds_the_room_full_is_told_when_to_come_again() -> None:
    rules, _ = full()
    waiting = [come(rules) for _ in range(rules.room("command"))]
    with pytest.raises(Overloaded) as refused:
        rules.enter("command", "late")
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 3
    assert {visit.state for visit in waiting} == {"waiting"}
    assert rules.inside == rules.working + len(waiting)


def test_commands_overtake_queries_and_queries_overtake_imports() -> None:
    rules, working = full(8)
    waiting = {kind: come(rules, kind) for kind in reversed(KINDS)}
    called = [visit for one in working[:3] for visit in rules.done(one, 0.0)]
    assert called == [waiting["command"], waiting["query"], waiting["import"]]


def test_a_query_is_not_kept_waiting_for_ever_by_commands() -> None:
    rules, (first, _) = full()
    query, command = come(rules, "query"), come(rules)
    for turn in range(QUERIES_TURN):
        (called,) = rules.done(first, 0.0)
        rules.leave(first, 0.0)
        if called is query:
            return
        assert called is command, turn
        first, command = command, come(rules)
    raise AssertionError("it still waits")


def test_there_is_less_room_for_queries_than_for_commands_and_less_still_for_imports() -> None:
    rules = Admission(most=64)
    assert rules.room("command") > rules.room("query") > rules.room("import") > 0


def test_one_caller_may_fill_a_house_in_which_nobody_waits() -> None:
    rules = Admission(most=4)
    assert {come(rules, caller="ann").state for _ in range(4)} == {"working"}


def test_a_caller_with_a_share_inside_is_refused_while_others_wait_and_others_are_not() -> None:
    rules = Admission(most=8)
    for _ in range(9):
        come(rules, caller="ann")
    with pytest.raises(TooManyRequests):
        rules.enter("command", "ann")
    assert come(rules, caller="ben").state == "waiting"


def test_no_caller_may_hold_more_than_half_of_all_that_may_be_inside() -> None:
    rules = Admission(inside=10)
    for _ in range(5):
        rules.enter("command", "ann")  # all of them still send their bodies
    with pytest.raises(TooManyRequests):
        rules.enter("command", "ann")
    for number in range(5):
        rules.enter("command", f"another {number}")
    with pytest.raises(Overloaded):
        rules.enter("command", "one more")


def work(rules: Admission, seconds: float, until: float, now: float = 0.0) -> float:
    """A house that always has more than enough to do, each piece of work taking ``seconds``."""
    inside: list[Ticket] = []
    while now < until:
        while True:
            try:
                inside.append(come(rules, now=now))
            except Overloaded:
                break
        now += seconds
        for visit in [visit for visit in inside if visit.state == "working"]:
            rules.leave(visit, now)
        inside = [visit for visit in inside if visit.state != "gone"]
    for visit in inside:
        rules.leave(visit, now)
    return now


def test_the_limit_shrinks_while_work_takes_longer_than_it_should_and_not_below_its_least() -> None:
    rules = Admission(target=0.2)
    before = int(rules.limit)
    work(rules, 0.4, until=2.0)
    assert LEAST < int(rules.limit) < before
    work(rules, 0.4, until=60.0)
    assert int(rules.limit) == LEAST


def test_the_limit_grows_again_when_work_is_quick_and_somebody_waits_and_not_above_its_most() -> None:
    rules = Admission(target=0.2)
    now = work(rules, 0.4, until=60.0)
    now = work(rules, 0.05, until=now + 10.0, now=now)
    assert int(rules.limit) == 128
    work(rules, 0.05, until=now + 10.0, now=now)
    assert int(rules.limit) == 128


def test_the_limit_stays_where_nobody_had_to_wait() -> None:
    rules = Admission()
    before = int(rules.limit)
    for moment in range(1000):
        visit = come(rules, now=moment * 0.1)
        rules.leave(visit, moment * 0.1 + 0.01)
    assert int(rules.limit) == before


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["come", "arrive", "done", "leave"]),
        st.sampled_from(KINDS),
        st.sampled_from("abc"),
        st.integers(0, 50),
        st.floats(0, 1),
    ),
    max_size=120,
)


@settings(deadline=None)
@given(ACTS, st.integers(1, 6), st.integers(2, 20))
def test_whatever_happens_never_more_than_the_limit_and_nothing_is_forgotten(
    acts: list[tuple[str, Kind, str, int, float]], most: int, inside: int
) -> None:
    rules = Admission(target=0.1, most=most, inside=inside)
    there: list[Ticket] = []
    now = 0.0
    for act, kind, caller, which, passes in acts:
        now += passes
        chosen = there[which % len(there)] if there else None
        called: list[Ticket] = []
        try:
            if act == "come":
                there.append(rules.enter(kind, caller))
            elif act == "arrive" and chosen is not None and chosen.state == "inside":
                rules.arrive(chosen, now)
            elif act == "done" and chosen is not None and chosen.state == "working":
                called = rules.done(chosen, now)
            elif act == "leave" and chosen is not None:
                called = rules.leave(chosen, now)
                there.remove(chosen)
        except (TooManyRequests, Overloaded):
            pass
        assert all(visit.state == "working" for visit in called)
        states = [visit.state for visit in there]
        assert rules.working == states.count("working") <= most
        assert sum(rules.waiting.values()) == states.count("waiting")
        assert rules.inside == len(there) <= inside
        assert all(rules.waiting[kind] <= max(1, most) for kind in KINDS)
        assert not (sum(rules.waiting.values()) and rules.working < int(rules.limit)), "nobody waits while there is something free"
    for visit in there:
        rules.leave(visit, now)
    assert (rules.inside, rules.working, sum(rules.waiting.values()), dict(rules._callers)) == (0, 0, 0, {})


@settings(deadline=None)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=40), st.integers(1, 4))
def test_nobody_starves_whatever_goes_on_coming(waiting: list[Kind], most: int) -> None:
    rules, working = full(most)
    wait = []
    for kind in waiting:
        try:
            wait.append(come(rules, kind))
        except Overloaded:
            continue
    turns = 0
    while any(visit.state == "waiting" for visit in wait):
        (called,) = rules.done(working[0], 0.0)
        rules.leave(working.pop(0), 0.0)
        working.append(called)
        with suppress(Overloaded):
            come(rules)  # commands go on coming
        turns += 1
        assert turns <= 32 * (len(wait) + 1)


# Through the app.


Make = Callable[..., Client]


@pytest.fixture
def narrow(desk_log: Log, issuer: Issuer, tmp_path: Path) -> Make:
    """A desk at which one is served at a time and one may wait."""

    def make(**bounds: float) -> Client:
        changed = {"admit_at_once": 1, "admit_wait_seconds": 30.0, **bounds}
        return Client(create_app(desk, desk_log, Settings(service="desk-svc", jwks=str(issuer.jwks), data_dir=tmp_path, **changed)), issuer)  # type: ignore[arg-type]

    return make


@pytest.fixture
async def standstill(desk_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Nothing is written until it is closed."""
    connection = await asyncpg.connect(desk_database.owner)
    await connection.execute("BEGIN; SELECT FROM head FOR UPDATE")
    yield connection
    await connection.close()


async def until(check: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not check():
            await asyncio.sleep(0.005)


async def test_who_finds_no_room_is_refused_quickly_and_nothing_changes(
    narrow: Make, desk_log: Log, standstill: asyncpg.Connection
) -> None:
    async with narrow() as client:
        rules = client.app.context.admission.rules
        known = [client.as_("sales", subject=name) for name in ("ann", "ben", "cleo")]
        for headers in known:
            assert (await client.get("/guests", headers=headers)).status_code == 200
        body = {"company": "Acme", "name": "Ann Lee"}
        working = asyncio.create_task(client.post("/guests", json=body, headers=known[0]))
        await until(lambda: rules.working == 1)
        waiting = asyncio.create_task(client.post("/guests", json=body, headers=known[1]))
        await until(lambda: rules.waiting["command"] == 1)

        async def never() -> AsyncIterator[bytes]:
            raise AssertionError("the body of a refused request is not read")
            yield b""

        began = time.monotonic()
        refused = [await client.post("/guests", content=never(), headers=known[2]) for _ in range(20)]
        took = time.monotonic() - began
        again = await client.post("/guests", json=body, headers=known[0])
        probes = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]
        await standstill.close()
        assert {code_of(answer) for answer in refused} == {"overloaded"}
        assert {answer.status_code for answer in refused} == {503}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert took / 20 < 0.05
        assert (again.status_code, code_of(again)) == (429, "too-many-requests")
        assert int(again.headers["retry-after"]) >= 1
        assert [probe.status_code for probe in probes] == [200, 200, 200]
        assert 'ltc_admission_refused{code="overloaded",kind="command"} ' in probes[2].text
        assert (await working).status_code == (await waiting).status_code == 201
        assert await events(desk_log) == ["guest-signed-in", "guest-signed-in"]
        assert (rules.inside, rules.working) == (0, 0)


async def test_a_token_is_not_verified_for_a_request_that_is_refused(narrow: Make, desk_log: Log) -> None:
    async with narrow() as client:
        rules = client.app.context.admission.rules
        visits = [rules.enter("command", number) for number in range(2)]
        for visit in visits:
            rules.arrive(visit, 0.0)
        answer = await client.post("/guests", headers={"authorization": "Bearer rubbish", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
        assert (answer.status_code, answer.json()["trace_id"]) == (503, "a" * 32)
        for visit in reversed(visits):
            rules.leave(visit, 0.0)
        assert (await client.post("/guests", headers={"authorization": "Bearer rubbish"})).status_code == 401


async def test_a_command_overtakes_a_query_and_an_import_waits_for_both(narrow: Make, desk_log: Log) -> None:
    async with narrow() as client:
        rules = client.app.context.admission.rules
        people = {"query": client.as_("sales", subject="ben"), "command": client.as_("sales", subject="cleo")}
        people["import"] = client.as_("sales", "importer", subject="ida")
        for headers in people.values():
            assert (await client.get("/guests", headers=headers)).status_code == 200
        working = rules.enter("command", "somebody")
        rules.arrive(working, 0.0)
        done: list[str] = []

        async def ask(kind: Kind) -> httpx.Response:
            body = {"company": "Acme", "name": "Ann Lee"}
            if kind == "query":
                answer = await client.get("/guests", headers=people[kind])
            else:
                answer = await client.post("/guests", json=body, headers=people[kind])
            done.append(kind)
            return answer

        asked = []
        for kind in ("import", "query", "command"):
            asked.append(asyncio.create_task(ask(kind)))
            await until(lambda kind=kind: rules.waiting[kind] == 1)  # type: ignore[misc]
        client.app.context.admission.leave(working)
        assert [answer.status_code for answer in await asyncio.gather(*asked)] == [201, 200, 201]
        assert done == ["command", "query", "import"]


async def test_a_turn_that_does_not_come_in_time_is_a_503(narrow: Make, desk_log: Log) -> None:
    async with narrow(admit_wait_seconds=0.1) as client:
        rules = client.app.context.admission.rules
        working = rules.enter("command", "somebody")
        rules.arrive(working, 0.0)
        answer = await client.sign_in()
        assert (answer.status_code, code_of(answer)) == (503, "overloaded")
        client.app.context.admission.leave(working)
        assert await events(desk_log) == []
        assert (await client.sign_in()).status_code == 201


async def test_who_only_waits_for_another_service_or_for_its_own_body_keeps_nobody_from_work(narrow: Make, desk_log: Log) -> None:
    async with narrow(after_seconds=30.0) as client:
        rules, whole = client.app.context.admission.rules, asyncio.Event()
        reading = asyncio.create_task(client.get("/guests", headers={**client.as_("sales"), "ltc-after": "desk-svc@1"}))

        async def slowly() -> AsyncIterator[bytes]:
            yield b'{"company":"Acme",'
            await whole.wait()
            yield b'"name":"Ann Lee"}'

        headers = {**client.as_("sales"), "content-type": "application/json"}
        writing = asyncio.create_task(client.post("/guests", content=slowly(), headers=headers))
        await until(lambda: rules.inside == 2)
        assert rules.working == 0
        assert (await client.sign_in()).status_code == 201
        whole.set()
        assert [(await reading).status_code, (await writing).status_code] == [200, 201]


async def test_a_caller_who_hangs_up_while_waiting_leaves_its_place(narrow: Make, desk_log: Log) -> None:
    async with narrow() as client:
        rules = client.app.context.admission.rules
        working = rules.enter("command", "somebody")
        rules.arrive(working, 0.0)
        asked = asyncio.create_task(client.sign_in())
        await until(lambda: rules.waiting["command"] == 1)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        client.app.context.admission.leave(working)
        assert (rules.inside, rules.working, rules.waiting["command"]) == (0, 0, 0)
        assert await events(desk_log) == []


async def test_it_is_documented_and_explained(client: Client) -> None:
    document = resolved((await client.get("/openapi.json")).json())
    for path in document["paths"].values():
        for operation in path.values():
            assert "too-many-requests" in operation["responses"]["429"]["content"]["application/problem+json"]["examples"]
            assert "overloaded" in operation["responses"]["503"]["content"]["application/problem+json"]["examples"]
    for code in ("overloaded", "too-many-requests"):
        assert (await client.get(f"/problems/{code}")).status_code == 200
    assert b"ltc_admission_limit" in generate_latest()
