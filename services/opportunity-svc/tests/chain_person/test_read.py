"""Names in decision chains are found across deals and forgotten, over HTTP, on a real log."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from floor import Floor, good, refused, seen

SEAT = {"code": "cfo", "role": "economic_buyer", "influence": "high"}


@pytest.fixture
async def leo(floor: Floor) -> AsyncIterator[httpx.AsyncClient]:
    """Who answers people that ask to be forgotten."""
    async with floor.served.client("leo", "legal") as client:
        yield client


async def found(leo: httpx.AsyncClient, name: str) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = (await good(leo, "/people/find", {"name": name}))["data"]
    return people


async def test_a_name_is_found_in_every_deal_also_where_somebody_else_sits_by_now(floor: Floor, leo: httpx.AsyncClient) -> None:
    first, second = await floor.deal(1), await floor.deal(2)
    await good(floor.ann, f"/opportunities/{first}/decision-chain", {**SEAT, "name": "Jo Doe"})
    await good(floor.ann, f"/opportunities/{first}/decision-chain", {**SEAT, "name": "王芳"})
    await good(floor.ann, f"/opportunities/{second}/decision-chain", {**SEAT, "code": "head", "name": "DOE, Jo"})
    await good(floor.ann, f"/opportunities/{second}/findings/strike", {"kind": "chain_member", "code": "head"})
    await good(floor.ann, f"/opportunities/{second}/decision-chain", {**SEAT, "code": "nobody"})
    assert {(row["opportunity_id"], row["seat"], row["name"]) for row in await found(leo, "jo doe")} == {
        (first, "cfo", "Jo Doe"), (second, "head", "DOE, Jo")
    }  # fmt: skip
    assert [row["name"] for row in await found(leo, "王")] == ["王芳"]
    assert await found(leo, "Jo Smith") == []


async def test_a_name_is_found_however_its_letters_are_composed(floor: Floor, leo: httpx.AsyncClient) -> None:
    deal = await floor.deal()
    await good(floor.ann, f"/opportunities/{deal}/decision-chain", {**SEAT, "name": "Jose\u0301 Mu\u0308ller"})
    for name in ("José", "MÜLLER", "mu\u0308ller", "ＪＯＳÉ"):
        assert [row["seat"] for row in await found(leo, name)] == ["cfo"], name


async def test_whoever_is_found_is_forgotten_for_good_and_found_no_more(floor: Floor, leo: httpx.AsyncClient) -> None:
    deal = await floor.deal()
    await good(floor.ann, f"/opportunities/{deal}/decision-chain", {**SEAT, "name": "Jo Doe"})
    (person,) = await found(leo, "Jo Doe")
    await good(leo, f"/people/{person['subject_id']}/forget")
    assert await found(leo, "Jo Doe") == []
    (seat,) = (await seen(floor.ann, f"/opportunities/{deal}/decision-chain"))["data"]
    assert (seat["seat"], seat["name"]) == ("cfo", None)
    assert await refused(leo, f"/people/{person['subject_id']}/forget") == (404, "unknown-member")
    assert await refused(leo, f"/people/{UUID(int=9)}/forget") == (404, "unknown-member")


async def test_also_of_a_deal_that_is_over(floor: Floor, leo: httpx.AsyncClient) -> None:
    deal = await floor.deal()
    await good(floor.ann, f"/opportunities/{deal}/decision-chain", {**SEAT, "name": "Jo Doe"})
    await floor.lost(deal)
    (person,) = await found(leo, "doe")
    await good(leo, f"/people/{person['subject_id']}/forget")
    assert await found(leo, "doe") == []


async def test_only_who_answers_such_requests_looks_for_people(floor: Floor) -> None:
    assert await refused(floor.ann, "/people/find", {"name": "Jo"}) == (403, "forbidden")
    assert await refused(floor.mia, f"/people/{UUID(int=9)}/forget") == (403, "forbidden")
