"""Bad input: a clear answer each time, and nothing changed."""

import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from desk import Client, code_of, events, pointers

GOOD = b'{"company":"Acme","name":"Ann"}'


async def send(client: Client, body: bytes, content_type: str | None = "application/json", **headers: str) -> Any:
    types = {} if content_type is None else {"content-type": content_type}
    return await client.post("/guests", content=body, headers={**client.as_("sales"), **types, **headers})


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"company":',
        b'{"company":1e400,"name":"B"}', b'{"company":"A","name":"B","x":{"a":[{"b":1,"b":2}]}}', b'{"a":{"b":1},"a":2}',
        b"nonsense", b'{"company":"A","name":"B"}}', b"\xff\xfe", b'{"company":"\xff","name":"B"}', b"[" * 100_000,
        b'{"a":' * 200 + b"1" + b"}" * 200, b'{"company":"A","company":"B","name":"C"}', b'{"company":NaN,"name":"B"}',
        b'{"company":' + b"9" * 100_000 + b',"name":"B"}', b'{"company":"\\ud800","name":"B"}', b'{"company":"A\nB","name":"B"}',
        '{"company":"A","name":"B"}'.encode("utf-16"), b"\xef\xbb\xbf" + GOOD, b"[{}" + b",[]" * 100 + b",[" * 40,
    ],
)  # fmt: skip
async def test_what_is_no_json_is_malformed(standing: Client, body: bytes) -> None:
    answer = await send(standing, body)
    assert (answer.status_code, code_of(answer)) == (400, "malformed")


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (b"{}", {"/company", "/name"}),
        (b"null", {""}),
        (b"[]", {""}),
        (b'{"company":"A","name":"B","colour":"red"}', {"/colour"}),
        (b'{"company":"A","name":"B","a/b~c":1}', {"/a~1b~0c"}),
        (b'{"company":1,"name":"B"}', {"/company"}),
        (b'{"company":null,"name":"B"}', {"/company"}),
        (b'{"company":"","name":"B"}', {"/company"}),
        (b'{"company":"   ","name":"B"}', {"/company"}),
        (b'{"company":"A\\u0000B","name":"B"}', {""}),
        (b'{"company":"A\\nB","name":"B"}', {"/company"}),
        (b'{"company":"' + b"x" * 201 + b'","name":"B"}', {"/company"}),
        (b'{"company":' + b"9" * 300 + b',"name":"B"}', {"/company"}),
    ],
)
async def test_what_is_not_valid_is_named_by_a_pointer(standing: Client, body: bytes, at: set[str]) -> None:
    answer = await send(standing, body)
    assert (answer.status_code, code_of(answer), pointers(answer)) == (422, "invalid", at)


@pytest.mark.parametrize(
    "amount",
    [
        b'{"amount":1.5,"currency":"EUR"}', b'{"amount":"5","currency":"EUR"}', b'{"amount":true,"currency":"EUR"}',
        b'{"amount":1000000000000001,"currency":"EUR"}',
        b'{"amount":-1' + b"0" * 300 + b',"currency":"EUR"}', b'{"amount":5,"currency":"eur"}',
        b'{"amount":5,"currency":"EUR","more":1}', b'{"amount":1e2,"currency":"EUR"}', b"5",
    ],
)  # fmt: skip
async def test_money_is_a_whole_number_of_minor_units_within_bounds(standing: Client, amount: bytes) -> None:
    path = await standing.guest()
    headers = {**standing.as_("finance"), "idempotency-key": "k", "content-type": "application/json"}
    answer = await standing.post(f"{path}/pay", content=b'{"amount":' + amount + b"}", headers=headers)
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert all(error["pointer"].startswith("/amount") for error in answer.json()["errors"])


async def test_amounts_of_two_currencies_do_not_add_up(standing: Client) -> None:
    path = await standing.guest()
    for key, currency, status in (("a", "EUR", 204), ("b", "USD", 422)):
        headers = {**standing.as_("finance", subject=path[-12:]), "idempotency-key": key}
        answer = await standing.post(f"{path}/pay", json={"amount": {"amount": 5, "currency": currency}}, headers=headers)
        assert answer.status_code == status


async def test_text_of_all_scripts_is_kept(standing: Client) -> None:
    for company in ("回款有限公司", "Ωμέγα", "مشرق", "👩‍👩‍👧", "é", "a\u2028b", "\ufeffx", "' OR 1=1 --", "{0}%s\\", "\ue000"):
        answer = await send(standing, orjson.dumps({"company": company, "name": "B"}))
        assert answer.status_code == 201, (company, answer.text)
        shown = await standing.get(answer.headers["location"], headers=standing.as_("sales"))
        assert shown.json()["company"] == company.strip()


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
async def test_what_is_not_called_json_is_not_read(standing: Client, content_type: str | None) -> None:
    answer = await send(standing, GOOD, content_type)
    assert (answer.status_code, code_of(answer)) == (415, "not-json")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"]
)
async def test_json_goes_by_several_names(standing: Client, content_type: str) -> None:
    assert (await send(standing, GOOD, content_type)).status_code == 201


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(standing: Client) -> None:
    answer = await send(standing, b'{"company":"' + b"x" * 10_000_000 + b'"}')
    assert (answer.status_code, code_of(answer)) == (413, "too-large")


async def test_a_body_of_unknown_length_is_refused_while_it_streams(standing: Client) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b"x" * 65536

    answer = await standing.post("/guests", content=chunks(), headers={**standing.as_("sales"), "content-type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (413, "too-large")
    assert sent < 2 * 1024 * 1024


@pytest.mark.parametrize(
    "body", [b"[" * 1_000_000, b"[]" * 500_000, b'{"a":' * 150_000, b'"' + b"\\" * 1_000_000, b"9" * 1_000_000, b'"[' * 500_000]
)
async def test_what_is_hard_to_read_is_refused_quickly(standing: Client, body: bytes) -> None:
    began = time.process_time()  # of this process: the machine may be busy with others
    answer = await send(standing, body)
    assert answer.status_code == 400
    assert time.process_time() - began < 1


@pytest.mark.parametrize("guest", ["x", "1", "%00", "%ff", "0" * 36, "g" * 36, "{" + "0" * 34 + "}"])
async def test_an_id_that_is_none_is_refused(standing: Client, guest: str) -> None:
    answer = await standing.get(f"/guests/{guest}", headers=standing.as_("sales"))
    assert (answer.status_code, pointers(answer)) == (422, {"guest_id"})


async def test_an_answer_to_bad_input_never_repeats_it(standing: Client) -> None:
    answer = await send(standing, b'{"company":12,"name":["Ann Lee secret"]}')
    assert answer.status_code == 422
    assert "secret" not in answer.text


async def test_nothing_of_this_was_written(standing: Client) -> None:
    before = len(await events(standing.app.context.log))
    await send(standing, b'{"company":"A\\u0000B","name":"B"}')
    await send(standing, b"{}")
    await send(standing, GOOD, "text/plain")
    assert len(await events(standing.app.context.log)) == before
