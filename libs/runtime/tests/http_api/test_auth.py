"""Whom the edge believes."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from desk import Client, code_of
from forged import BAD, EC, EC_K1, ED, OTHER_ED, RSA, token
from joserfc import jwt
from joserfc.jwk import OctKey
from ltc_runtime.http.auth import Verifier
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.http.keys import Keys, UrlSource, read_keys
from ltc_runtime.http.problems import IssuerAway, Unauthenticated

pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")


class Kept:
    """A key set held in memory, which counts how often it is read."""

    def __init__(self, *keys: Any) -> None:
        self.keys = keys
        self.reads = 0
        self.away = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def read(self) -> bytes:
        self.reads += 1
        await self.answers.wait()
        if self.away:
            raise OSError("away")
        return orjson.dumps({"keys": [key.as_dict(private=False) for key in self.keys]})


@pytest.fixture(scope="module")
def source() -> Kept:
    return Kept(RSA, EC, ED, EC_K1)


@pytest.fixture
def verifier(standing: Client, source: Kept, monkeypatch: pytest.MonkeyPatch) -> Verifier:
    believing = Verifier(Keys(source), "openltc", "openltc")
    monkeypatch.setattr(standing.app.context, "verifier", believing)
    return believing


def bearing(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


@pytest.mark.parametrize("why", BAD)
async def test_a_bad_token_opens_no_operation(standing: Client, verifier: Verifier, why: str) -> None:
    headers = bearing(BAD[why]())
    for operation in standing.app.operations.values():
        path = operation.path.replace("{guest_id}", "8f14e45f-ceea-467f-a8f0-1b0f2f8a9f0e").replace("{id}", "x")
        answer = await standing.request(operation.method, path, headers=headers)
        assert (answer.status_code, code_of(answer)) == (401, "unauthenticated"), operation.id
        assert answer.headers["www-authenticate"].startswith('Bearer realm="ltc"')


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "bearer  ", "Token x", "Bearer a b"])
async def test_another_scheme_is_no_token(standing: Client, verifier: Verifier, header: str) -> None:
    assert (await standing.get("/guests", headers={"authorization": header})).status_code == 401
    assert (await standing.get("/guests")).status_code == 401


GOOD: dict[str, Callable[[], str]] = {
    "Ed25519": lambda: token(),
    "EdDSA": lambda: token(ED, "EdDSA"),
    "RS256": lambda: token(RSA, "RS256"),
    "ES256": lambda: token(EC, "ES256"),
    "one audience of several": lambda: token(aud=["x", "openltc"]),
    "a plain JWT": lambda: token(header={"typ": "JWT"}),
    "roles in one text": lambda: token(roles="sales importer"),
    "no beginning": lambda: token(nbf=None),
    "just expired, by another clock": lambda: token(exp=int(time.time()) - 5),
    "valid soon, by another clock": lambda: token(nbf=int(time.time()) + 20),
}


@pytest.mark.parametrize("why", GOOD)
async def test_a_good_token_is_believed(standing: Client, verifier: Verifier, why: str) -> None:
    good = GOOD[why]()
    assert (await standing.get("/guests", headers=bearing(good))).status_code == 200
    assert (await standing.get("/guests", headers={"authorization": f"bearer {good}"})).status_code == 200


async def test_roles_nobody_knows_allow_nothing(standing: Client, verifier: Verifier) -> None:
    for roles in (["admin"], [], None, {"sales": True}, 7, [["sales"]]):
        assert (await standing.get("/guests", headers=bearing(token(roles=roles)))).status_code == 403


async def test_roles_may_lie_deeper_in_the_token(source: Kept) -> None:
    verifier = Verifier(Keys(source), "openltc", "openltc", roles_claim="realm_access.roles")
    caller = await verifier.verify(b"Bearer " + token(realm_access={"roles": ["finance", "x"]}).encode())
    assert caller.roles == {"finance"}


async def test_a_verified_token_is_not_verified_again_but_still_expires(source: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = Verifier(Keys(source), "openltc", "openltc")
    header = b"Bearer " + token().encode()
    assert verifier.known(header) is None
    caller = await verifier.verify(header)
    assert verifier.known(header) is caller
    later = time.time() + 700
    monkeypatch.setattr("ltc_runtime.http.auth.time.time", lambda: later)
    assert verifier.known(header) is None
    with pytest.raises(Unauthenticated):
        await verifier.verify(header)


async def test_a_refused_token_is_not_remembered(source: Kept) -> None:
    verifier = Verifier(Keys(source), "openltc", "openltc")
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await verifier.verify(f"Bearer x{number}".encode())
    assert not verifier._cache


async def test_the_memory_of_tokens_is_bounded(source: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltc_runtime.http.auth.MAX_CACHED", 5)
    verifier = Verifier(Keys(source), "openltc", "openltc")
    for number in range(12):
        await verifier.verify(b"Bearer " + token(jti=str(number)).encode())
    assert len(verifier._cache) == 5


async def test_random_key_ids_fetch_the_set_once() -> None:
    source = Kept(ED)
    verifier = Verifier(Keys(source, refresh_seconds=30), "openltc", "openltc")
    for number in range(300):
        with pytest.raises(Unauthenticated):
            await verifier.verify(b"Bearer " + token(header={"kid": f"k{number}"}).encode())
    assert source.reads == 1


async def test_a_new_key_is_found_and_an_old_one_forgotten() -> None:
    source = Kept(ED)
    verifier = Verifier(Keys(source, refresh_seconds=0), "openltc", "openltc")
    old = b"Bearer " + token().encode()
    await verifier.verify(old)
    source.keys = (OTHER_ED,)
    await verifier.verify(b"Bearer " + token(OTHER_ED).encode())
    assert verifier.known(old) is None
    with pytest.raises(Unauthenticated):
        await verifier.verify(old)


async def test_the_last_good_set_stays_while_the_issuer_is_away() -> None:
    source = Kept(ED)
    keys = Keys(source, refresh_seconds=0)
    verifier = Verifier(keys, "openltc", "openltc")
    await verifier.verify(b"Bearer " + token().encode())
    source.away = True
    with pytest.raises(Unauthenticated):
        await verifier.verify(b"Bearer " + token(OTHER_ED).encode())
    assert (await verifier.verify(b"Bearer " + token(jti="2").encode())).subject == "ann"


async def test_as_long_as_no_key_set_was_read_the_service_is_not_available() -> None:
    source = Kept(ED)
    source.away = True
    keys = Keys(source, refresh_seconds=30)
    verifier = Verifier(keys, "openltc", "openltc")
    with pytest.raises(IssuerAway):
        await verifier.verify(b"Bearer " + token().encode())
    source.away = False
    keys._tried -= 1.0
    assert (await verifier.verify(b"Bearer " + token().encode())).subject == "ann"


async def test_a_withdrawn_key_is_noticed_in_time() -> None:
    source = Kept(ED, RSA)
    keys = Keys(source, refresh_seconds=0)
    verifier = Verifier(keys, "openltc", "openltc")
    header = b"Bearer " + token(RSA, "RS256").encode()
    await verifier.verify(header)
    source.keys = (ED,)
    assert verifier.known(header) is not None
    keys.max_age = -1.0
    assert verifier.known(header) is None
    with pytest.raises(Unauthenticated):
        await verifier.verify(header)


async def test_while_an_old_set_is_looked_at_again_who_names_a_known_key_does_not_wait_for_it() -> None:
    source = Kept(ED)
    verifier = Verifier(Keys(source, refresh_seconds=0, max_age=-1.0), "openltc", "openltc")
    header = b"Bearer " + token().encode()
    await verifier.verify(header)
    source.answers.clear()
    first = asyncio.create_task(verifier.verify(header))
    await asyncio.sleep(0.01)
    assert verifier.known(header) is not None
    assert (await asyncio.wait_for(verifier.verify(b"Bearer " + token(jti="2").encode()), 20)).subject == "ann"
    assert not first.done(), "one of them waits, so that a withdrawn key is noticed"
    source.answers.set()
    await first


async def test_a_key_set_without_usable_keys_is_none() -> None:
    secret = OctKey.generate_key(256, parameters={"kid": "s"}).as_dict(private=True)
    encrypting = {**RSA.as_dict(private=False), "use": "enc"}
    for document in (b"", b"[]", b"{}", b'{"keys":[]}', b'{"keys":[1,{}]}', orjson.dumps({"keys": [secret, encrypting]}), b"x" * 300_000):
        with pytest.raises(ValueError):
            read_keys(document)
    mixed = read_keys(
        orjson.dumps(
            {
                "keys": [
                    secret,
                    encrypting,
                    {"kty": "OKP", "crv": "Ed25519", "kid": "bad", "x": "!"},
                    {"kty": "RSA", "kid": "odd", "alg": []},
                    {"kty": "EC", "kid": "odd", "crv": {}},
                    ED.as_dict(private=True),
                ]
            }
        )
    )
    assert set(mixed) == {"ed"}
    assert not mixed["ed"].public.is_private


async def test_a_key_set_behind_a_url_is_not_followed_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "http://evil.example"})

    original = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **options: original(transport=httpx.MockTransport(answer), **options))
    with pytest.raises(httpx.HTTPStatusError):
        await UrlSource("http://issuer.example/jwks").read()


async def test_the_embedded_issuer_keeps_its_key_and_guards_it(issuer: Issuer) -> None:
    again = Issuer(issuer.jwks.parent)
    verifier = Verifier(Keys(Kept(again._key)), "openltc", "openltc")
    caller = await verifier.verify(b"Bearer " + issuer.token("bob", ["finance", "legal"]).encode())
    assert (caller.subject, caller.roles) == ("bob", frozenset({"finance", "legal"}))
    assert (issuer.jwks.parent / "key.json").stat().st_mode & 0o077 == 0
    assert b'"d"' not in issuer.jwks.read_bytes()
    with pytest.raises(ValueError, match="no such roles: boss"):
        issuer.token("bob", ["boss"])


def test_tokens_of_the_issuer_are_ordinary_ones(issuer: Issuer) -> None:
    decoded = jwt.decode(issuer.token("bob", ["legal"], seconds=5), issuer._key, algorithms=["Ed25519"])
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.claims["exp"] - decoded.claims["iat"] == 5
