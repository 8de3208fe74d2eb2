"""What every service shows beside its business: probes, figures, its own description, the meaning of problems."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from desk import Client, code_of, desk
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import Log
from ltc_runtime.settings import Settings
from resolved import resolved


async def test_a_running_process_is_alive_and_ready(standing: Client) -> None:
    assert (await standing.get("/livez")).json() == {"alive": True, "failed": []}
    ready = await standing.get("/readyz")
    assert (ready.status_code, ready.json()["database"], ready.json()["draining"]) == (200, "ok", False)


async def test_a_watchdog_that_barks_makes_it_not_alive(client: Client) -> None:
    client.app.context.alive["consumer"] = lambda: False
    client.app.context.states["kafka"] = lambda: "away"
    answer = await client.get("/livez")
    assert (answer.status_code, answer.json()["failed"]) == (503, ["consumer"])
    assert (await client.get("/readyz")).json()["kafka"] == "away"


async def test_a_process_that_drains_is_alive_and_not_ready(client: Client) -> None:
    client.app.state.draining = True
    assert (await client.get("/livez")).status_code == 200
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.sign_in()).status_code == 201


async def test_without_a_database_it_is_alive_not_ready_and_says_when_to_come_back(client: Client, desk_log: Log) -> None:
    await desk_log.stop()
    assert (await client.get("/livez")).status_code == 200
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "away")
    for answer in (await client.get("/guests", headers=client.as_("sales")), await client.sign_in()):
        assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (503, "database-away", "1")
    assert (await client.get("/metrics")).status_code == 200


async def test_figures_are_read_from_the_tables(client: Client) -> None:
    await client.guest()
    await client.guest()
    text = (await client.get("/metrics")).text
    assert re.search(r'^ltc_http_request_seconds_count\{method="POST",route="/guests",status="201"\} \d', text, re.MULTILINE)
    assert "\nltc_log_position 2.0\n" in text
    assert "\nltc_relay_untold_events 2.0\n" in text
    assert "\nltc_react_lag_events 0.0\n" in text
    assert '\nltc_parked{state="parked"} 0.0\n' in text
    assert "\nltc_timers_overdue 0.0\n" in text


async def test_a_problem_says_where_it_is_explained(standing: Client) -> None:
    answer = await standing.get(f"/guests/{uuid4()}", headers=standing.as_("sales"))
    page = await standing.get(answer.json()["type"])
    assert page.status_code == 200
    assert "There is no such guest." in page.text
    for code in ("stale", "invalid", "unauthenticated", "already-done"):
        assert (await standing.get(f"/problems/{code}")).status_code == 200
    assert (await standing.get("/problems/none")).status_code == 404


async def test_the_pages_for_people_load_nothing_from_elsewhere(standing: Client) -> None:
    for path in ("/docs", "/redoc"):
        page = await standing.get(path)
        assert page.status_code == 200
        for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert address.startswith("/"), address
            assert (await standing.get(address)).status_code == 200


async def test_without_the_role_api_it_answers_probes_only(desk_log: Log, settings: Settings, issuer: Issuer) -> None:
    relaying = create_app(desk, desk_log, settings.model_copy(update={"roles": frozenset({"relay"})}))
    async with Client(relaying, issuer) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/guests", headers=client.as_("sales"))).status_code == 404


# The description


@pytest.fixture
async def described(standing: Client) -> Any:
    answer = await standing.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


async def test_every_operation_is_described_with_its_name_roles_and_refusals(described: Any) -> None:
    pay = resolved(described)["paths"]["/guests/{guest_id}/pay"]["post"]
    assert (pay["operationId"], pay["summary"], pay["x-roles"], pay["tags"]) == ("pay", "A guest pays", ["finance"], ["guests"])
    assert set(pay["responses"]) == {"204", "400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "500", "503"}
    assert set(pay["responses"]["409"]["content"]["application/problem+json"]["examples"]) == {"guest-is-gone", "busy", "already-done"}
    assert [parameter["name"] for parameter in pay["parameters"]] == ["guest_id", "Idempotency-Key", "LTC-Occurred-At", "If-Match"]
    assert described["security"] == [{"bearer": []}]
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_lists_are_described_with_their_pages_and_filters(described: Any) -> None:
    listing = resolved(described)["paths"]["/guests"]["get"]
    assert [parameter["name"] for parameter in listing["parameters"]] == ["limit", "cursor", "status", "company", "LTC-After"]
    assert listing["responses"]["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Page_GuestRow_"}


async def test_every_reference_of_the_description_leads_somewhere(described: Any) -> None:
    text = str(described)
    for kind, name in set(re.findall(r"#/components/([a-z]+)/([A-Za-z0-9._-]+)", text)):
        assert name in described["components"][kind]
    assert "HTTPValidationError" not in text


# The story of one id


async def test_the_story_of_an_id_shows_who_caused_what_and_no_data(client: Client) -> None:
    path = await client.guest()
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    await client.post(f"{path}/sign-out", headers={**client.as_("sales", subject="bob"), "traceparent": trace})
    await client.guest()
    answer = await client.get(f"/trace/{path.rpartition('/')[2]}", headers=client.as_("operator"))
    assert answer.status_code == 200, answer.text
    steps = answer.json()["steps"]
    assert [(step["type"], step["actor"], step["version"]) for step in steps] == [
        ("ltc.desk.guest-signed-in.v1", "ann", 1),
        ("ltc.desk.guest-signed-out.v1", "bob", 2),
    ]
    assert steps[1]["trace_id"] == "a" * 32
    assert "data" not in steps[0]
    assert "sealed" not in answer.text


async def test_the_story_of_an_id_is_the_same_however_much_of_the_log_is_read_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await client.guest()
    await client.post(f"{path}/sign-out", headers=client.as_("sales"))
    whole = await client.get(f"/trace/{path.rpartition('/')[2]}", headers=client.as_("operator"))
    monkeypatch.setattr("ltc_runtime.http.trace.WINDOW", 1)
    by_rows = await client.get(f"/trace/{path.rpartition('/')[2]}", headers=client.as_("operator"))
    assert by_rows.json() == whole.json()
    assert by_rows.json()["complete"]


async def test_the_story_of_an_id_in_a_log_too_long_to_be_read_is_what_indexes_find_and_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await client.guest()
    await client.post(f"{path}/sign-out", headers=client.as_("sales"))
    monkeypatch.setattr("ltc_runtime.http.trace.SECONDS", -1.0)
    answer = await client.get(f"/trace/{path.rpartition('/')[2]}", headers=client.as_("operator"))
    assert [step["version"] for step in answer.json()["steps"]] == [1, 2]
    assert not answer.json()["complete"]
    by_command = await client.get(f"/trace/{answer.json()['steps'][1]['command_id']}", headers=client.as_("operator"))
    assert [step["version"] for step in by_command.json()["steps"]] == [2]


@pytest.mark.parametrize("id", ["nothing", "Acme", "'; DROP TABLE log; --", "%25", "%00"])
async def test_the_story_of_what_is_no_id_is_short_or_refused(standing: Client, id: str) -> None:
    answer: httpx.Response = await standing.get(f"/trace/{id}", headers=standing.as_("analyst"))
    assert answer.status_code in (200, 422), answer.text
