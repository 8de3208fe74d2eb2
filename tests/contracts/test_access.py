"""Who gets in: no bad token opens any operation of any service, and a role opens exactly what the printed map says."""

import sys
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import orjson
import pytest
from ltc_cli.service_map import EVERY, ORDER, event_flow, permissions
from ltc_runtime.http.app import ServiceApp, create_app
from ltc_runtime.http.auth import Verifier
from ltc_runtime.http.keys import Keys
from ltc_runtime.http.route import Route
from ltc_runtime.service import installed, load
from ltc_runtime.settings import Settings

from .frozen import SERVICES, load_services

# The forgeries that the edge itself is tested with.
sys.path.insert(0, str(Path(__file__).parents[2] / "libs/runtime/tests/http_api"))

from forged import BAD, EC, EC_K1, ED, RSA, token

pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

ROOT = Path(__file__).parents[2]
ID = "8f14e45f-ceea-467f-a8f0-1b0f2f8a9f0e"


class Kept:
    """The issuer's key set, in memory."""

    async def read(self) -> bytes:
        return orjson.dumps({"keys": [key.as_dict(private=False) for key in (RSA, EC, ED, EC_K1)]})


ASKERS = ip_network("10.0.0.0/8").hosts()


@cache
def served(service: str) -> ServiceApp:
    """A service whose log is none: whoever is turned away never gets as far, and whoever is let in is turned away before it."""
    app = create_app(load_services()[service], MagicMock(), Settings(jwks="none.json"))
    app.context.verifier = Verifier(Keys(Kept()), "openltc", "openltc")
    return app


async def asked(app: ServiceApp, operation: Route, authorization: str | None) -> tuple[int, dict[str, Any], dict[bytes, bytes]]:
    """The answer to a request that names a parameter no operation knows."""
    path = operation.pattern.pattern.strip("^$")
    for place in operation.pattern.groupindex:
        path = path.replace(f"(?P<{place}>[^/]+)", ID)
    headers = [(b"idempotency-key", b"k-1"), (b"content-type", b"application/json")]
    if authorization is not None:
        headers.append((b"authorization", authorization.encode("latin-1")))
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asker = next(ASKERS)  # each from an address of its own: who guesses too often is told something else
    scope = {
        "type": "http", "method": operation.method, "path": path, "query_string": b"nobody_knows=1", "headers": headers,
        "client": (str(asker), 1),
    }  # fmt: skip
    await app(scope, receive, send)
    start, body = sent
    return start["status"], orjson.loads(body["body"]), dict(start["headers"])


def closed(operation: Route, otherwise: tuple[int, str]) -> tuple[int, str]:
    """What is said where no bearer token opens an operation: a gate asks for its own, or for a link that is none."""
    if operation.gate is None:
        return otherwise
    return (404, "unknown-link") if operation.gate.header is None else (401, "not-admitted")


@pytest.mark.parametrize("why", BAD)
async def test_a_bad_token_opens_no_operation_of_any_service(why: str) -> None:
    text = BAD[why]()
    for service in SERVICES:
        app = served(service)
        for operation in app.operations.values():
            status, problem, headers = await asked(app, operation, f"Bearer {text}")
            assert (status, problem["code"]) == closed(operation, (401, "unauthenticated")), f"{service} {operation.id}"
            if status == 401:
                challenge = b"Bearer" if operation.gate is None else b"Gate"
                assert headers[b"www-authenticate"].startswith(challenge + b' realm="ltc"')


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic YTpi", "Token {}", "{}", "Bearer {0}, {0}", "Bearer {0} {0}", "DPoP {}"])
async def test_a_good_token_that_is_not_borne_as_a_bearer_token_opens_nothing(header: str | None) -> None:
    authorization = None if header is None else header.format(token())
    for service in SERVICES:
        app = served(service)
        for operation in app.operations.values():
            assert (await asked(app, operation, authorization))[0] == closed(operation, (401, ""))[0], f"{service} {operation.id}"


def printed() -> dict[tuple[str, str], set[str]]:
    """The roles of each operation, read from docs/map.md as a person reads it."""
    found: dict[tuple[str, str], set[str]] = {}
    lines = (ROOT / "docs/map.md").read_text().partition("### Which role may use which operation")[2].splitlines()
    head = next(line for line in lines if line.startswith("| operation"))
    roles = [cell.strip() for cell in head.split("|")[2:-1]]
    service = ""
    for line in lines:
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if line.startswith("| **"):
            service = cells[0].strip("*")
        elif line.startswith("| `"):
            found[service, cells[0].split("`")[1]] = {role for role, cell in zip(roles, cells[1:], strict=True) if cell == "●"}
    return found


MAP = printed()


def test_the_map_in_the_docs_is_what_the_code_says() -> None:
    services = [load(name) for name in installed()]
    text = "\n".join(["# The map", "", "Printed by `make map`.", "", *event_flow(services), "", *permissions(services)]) + "\n"
    assert (ROOT / "docs/map.md").read_text() == text, "changed: look at it, then write it from `make map`"


def allowed(service: str, operation: str) -> set[str]:
    """Who may, by the map."""
    return MAP[service, operation] if (service, operation) in MAP else MAP[EVERY, operation]


@pytest.mark.parametrize("service", SERVICES)
def test_the_map_names_every_operation_and_no_other(service: str) -> None:
    mapped = {operation for owner, operation in MAP if owner in (service, EVERY)}
    assert mapped == set(served(service).operations)


@pytest.mark.parametrize("role", ORDER)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_role_may_do_exactly_what_the_map_says(service: str, role: str) -> None:
    app = served(service)
    subject = f"service:{service}" if role == "service" else "ann"
    bearer = f"Bearer {token(roles=[role], sub=subject)}"
    for operation in app.operations.values():
        status, problem, _ = await asked(app, operation, bearer)
        # Who may is told that the parameter is wrong; who may not is told nothing of the kind.
        expected = (422, "invalid") if role in allowed(service, operation.id) else (403, "forbidden")
        assert (status, problem["code"]) == closed(operation, expected), operation.id  # no role opens a gate


@pytest.mark.parametrize("roles", [[], ["admin"], ["Sales"], ["sales "], ["importer"], {"sales": True}, 7, None, [["sales"]]])
async def test_what_is_no_duty_allows_nothing(roles: Any) -> None:
    bearer = f"Bearer {token(roles=roles)}"
    for service in SERVICES:
        app = served(service)
        for operation in app.operations.values():
            assert (await asked(app, operation, bearer))[0] == closed(operation, (403, ""))[0], f"{service} {operation.id}"


def test_there_are_many_kinds_of_bad_tokens_and_each_operation_is_asked() -> None:
    assert len(BAD) >= 90
    assert sum(len(served(service).operations) for service in SERVICES) >= 70
