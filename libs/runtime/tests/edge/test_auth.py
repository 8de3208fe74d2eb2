"""Whom the edge believes."""

import base64
import hmac
import time
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from desk import Client, code_of
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from ltc_runtime.edge import keys as keys_module
from ltc_runtime.edge.auth import Verifier
from ltc_runtime.edge.issuer import Issuer
from ltc_runtime.edge.keys import Keys, UrlSource, read_keys
from ltc_runtime.edge.problems import IssuerAway, Unauthenticated

pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
EC = ECKey.generate_key("P-256", parameters={"kid": "ec"})
EC_K1 = ECKey.generate_key("P-384", parameters={"kid": "p384"})
ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed"})
FOREIGN_RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
FOREIGN_ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed"})
OTHER_ED = OKPKey.generate_key("Ed25519", parameters={"kid": "other"})
ALL = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "HS256", "EdDSA", "Ed25519", "none"]


class Kept:
    """A key set held in memory, which counts how often it is read."""

    def __init__(self, *keys: Any) -> None:
        self.keys = keys
        self.reads = 0
        self.away = False

    async def read(self) -> bytes:
        self.reads += 1
        if self.away:
            raise OSError("away")
        return orjson.dumps({"keys": [key.as_dict(private=False) for key in self.keys]})


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    all_claims = {"iss": "openltc", "aud": "openltc", "sub": "ann", "roles": ["sales"], "iat": now, "nbf": now, "exp": now + 600, **changed}
    return {name: value for name, value in all_claims.items() if value is not None}


def token(key: Any = ED, alg: str = "Ed25519", header: dict[str, Any] | None = None, **changed: Any) -> str:
    merged = {"alg": alg, "kid": key.kid, "typ": "at+jwt", **(header or {})}
    registry = jws.JWSRegistry(algorithms=ALL, strict_check_header=False)
    return jws.serialize_compact(
        {name: value for name, value in merged.items() if value is not None}, orjson.dumps(claims(**changed)), key, registry=registry
    )


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(content if isinstance(content, bytes) else orjson.dumps(content)).decode().rstrip("=")


def unsigned(alg: str) -> str:
    return f"{part({'alg': alg, 'kid': 'ed', 'typ': 'at+jwt'})}.{part(claims())}."


def confused(secret: bytes) -> str:
    """Signed by HMAC with a public key as the secret."""
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa', 'typ': 'at+jwt'})}.{part(claims())}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def resigned_payload() -> str:
    """Another payload under a good signature."""
    first, _, last = token().split(".")
    return f"{first}.{part(claims(roles=['operator']))}.{last}"


BAD: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no token": lambda: "x",
    "two parts": lambda: token().rpartition(".")[0],
    "four parts": lambda: token() + ".x",
    "five parts": lambda: token() + ".x.y",
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg empty": lambda: unsigned(""),
    "signature cut off": lambda: token().rpartition(".")[0] + ".",
    "signature shortened": lambda: token()[:-4],
    "payload replaced": resigned_payload,
    "HS256 with the PEM of the public key": lambda: confused(RSA.as_pem(private=False)),
    "HS256 with the DER of the public key": lambda: confused(RSA.as_der(private=False)),
    "HS256 with the JSON of the public key": lambda: confused(orjson.dumps(RSA.as_dict(private=False))),
    "HS256 with an empty secret": lambda: f"{part({'alg': 'HS256', 'kid': 'ed', 'typ': 'at+jwt'})}.{part(claims())}.{part(b'')}",
    "RS384": lambda: token(RSA, "RS384"),
    "PS256": lambda: token(RSA, "PS256"),
    "ES384": lambda: token(EC_K1, "ES384"),
    "RS256 by a foreign key of the same id": lambda: token(FOREIGN_RSA, "RS256"),
    "EdDSA by a foreign key of the same id": lambda: token(FOREIGN_ED),
    "an unknown key": lambda: token(OTHER_ED),
    "a key of another kind": lambda: token(RSA, "RS256", {"kid": "ed"}),
    "an algorithm of another key": lambda: token(ED, "Ed25519", {"kid": "rsa"}),
    "no key named": lambda: token(header={"kid": None}),
    "a key id that is no text": lambda: f"{part({'alg': 'Ed25519', 'kid': 1, 'typ': 'at+jwt'})}.{token().partition('.')[2]}",
    "a key id that is a path": lambda: token(header={"kid": "../../etc/passwd"}),
    "its own key (jwk)": lambda: token(OTHER_ED, header={"jwk": OTHER_ED.as_dict(private=False)}),
    "its own key set (jku)": lambda: token(OTHER_ED, header={"jku": "https://evil.example/jwks.json"}),
    "its own certificate (x5u)": lambda: token(header={"x5u": "https://evil.example/cert"}),
    "its own certificate (x5c)": lambda: token(header={"x5c": ["MIIB"]}),
    "a critical extension": lambda: f"{part({'alg': 'Ed25519', 'kid': 'ed', 'typ': 'at+jwt', 'crit': ['x'], 'x': 1})}.{part(claims())}.AA",
    "an unencoded payload": lambda: token(header={"b64": True}),
    "another type": lambda: token(header={"typ": "logout+jwt"}),
    "a proof, not a token": lambda: token(header={"typ": "dpop+jwt"}),
    "no type": lambda: token(header={"typ": None}),
    "another issuer": lambda: token(iss="https://evil.example"),
    "an issuer with a slash": lambda: token(iss="openltc/"),
    "no issuer": lambda: token(iss=None),
    "issuers in a list": lambda: token(iss=["openltc"]),
    "another audience": lambda: token(aud="another"),
    "other audiences": lambda: token(aud=["a", "b"]),
    "no audience": lambda: token(aud=None),
    "expired": lambda: token(exp=int(time.time()) - 61),
    "no expiry": lambda: token(exp=None),
    "an expiry that is text": lambda: token(exp="4102444800"),
    "an expiry that is true": lambda: token(exp=True),
    "an expiry without end": lambda: token(exp=1e300),
    "not yet valid": lambda: token(nbf=int(time.time()) + 61),
    "a beginning that is text": lambda: token(nbf="0"),
    "no subject": lambda: token(sub=None),
    "a subject that is a number": lambda: token(sub=1),
    "a subject with a line break": lambda: token(sub="ann\nroot"),
    "a subject that is too long": lambda: token(sub="x" * 200),
    "a person who says to be a service": lambda: token(sub="service:lead-svc", roles=["operator"]),
    "claims that are a list": lambda: jws.serialize_compact(
        {"alg": "Ed25519", "kid": "ed", "typ": "at+jwt"}, b"[]", ED, algorithms=["Ed25519"]
    ),
    "claims that are no JSON": lambda: jws.serialize_compact(
        {"alg": "Ed25519", "kid": "ed", "typ": "at+jwt"}, b"{", ED, algorithms=["Ed25519"]
    ),
    "a header that is a list": lambda: f"{part([])}.{token().partition('.')[2]}",
    "a header that is no JSON": lambda: f"{part(b'{')}.{token().partition('.')[2]}",
    "standard base64": lambda: token().replace("-", "+").replace("_", "/") + "==",
    "ten thousand bytes": lambda: token(padding="x" * 10_000),
}


@pytest.fixture(scope="module")
def source() -> Kept:
    return Kept(RSA, EC, ED, EC_K1)


@pytest.fixture
def verifier(standing: Client, source: Kept, monkeypatch: pytest.MonkeyPatch) -> Verifier:
    believing = Verifier(Keys(source), "openltc", "openltc")
    monkeypatch.setattr(standing.app.edge, "verifier", believing)
    return believing


def bearing(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


@pytest.mark.parametrize("why", BAD)
async def test_a_bad_token_opens_no_operation(standing: Client, verifier: Verifier, why: str) -> None:
    headers = bearing(BAD[why]())
    for operation in standing.app.edge.operations.values():
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
    monkeypatch.setattr("ltc_runtime.edge.auth.time.time", lambda: later)
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
    monkeypatch.setattr("ltc_runtime.edge.auth.MAX_CACHED", 5)
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


async def test_a_withdrawn_key_is_noticed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Kept(ED, RSA)
    verifier = Verifier(Keys(source, refresh_seconds=0), "openltc", "openltc")
    header = b"Bearer " + token(RSA, "RS256").encode()
    await verifier.verify(header)
    source.keys = (ED,)
    assert verifier.known(header) is not None
    monkeypatch.setattr(keys_module, "MAX_AGE", -1.0)
    assert verifier.known(header) is None
    with pytest.raises(Unauthenticated):
        await verifier.verify(header)


async def test_a_key_set_without_usable_keys_is_none() -> None:
    secret = OctKey.generate_key(256, parameters={"kid": "s"}).as_dict(private=True)
    encrypting = {**RSA.as_dict(private=False), "use": "enc"}
    for document in (b"", b"[]", b"{}", b'{"keys":[]}', b'{"keys":[1,{}]}', orjson.dumps({"keys": [secret, encrypting]}), b"x" * 300_000):
        with pytest.raises(ValueError):
            read_keys(document)
    mixed = read_keys(
        orjson.dumps({"keys": [secret, encrypting, {"kty": "OKP", "crv": "Ed25519", "kid": "bad", "x": "!"}, ED.as_dict(private=True)]})
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
    assert (caller.subject, caller.roles) == ("bob", {"finance", "legal"})
    assert (issuer.jwks.parent / "key.json").stat().st_mode & 0o077 == 0
    assert b'"d"' not in issuer.jwks.read_bytes()
    with pytest.raises(ValueError, match="no such roles: boss"):
        issuer.token("bob", ["boss"])


def test_tokens_of_the_issuer_are_ordinary_ones(issuer: Issuer) -> None:
    decoded = jwt.decode(issuer.token("bob", ["legal"], seconds=5), issuer._key, algorithms=["Ed25519"])
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.claims["exp"] - decoded.claims["iat"] == 5
