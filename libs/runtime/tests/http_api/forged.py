"""Tokens that must open nothing, each for a reason of its own, and the keys they pretend to be signed with."""

import base64
import hmac
import time
from collections.abc import Callable
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
EC = ECKey.generate_key("P-256", parameters={"kid": "ec"})
EC_K1 = ECKey.generate_key("P-384", parameters={"kid": "p384"})
SECP = ECKey.generate_key("secp256k1", parameters={"kid": "secp"})
ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed"})
FOREIGN_RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
FOREIGN_ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed"})
OTHER_ED = OKPKey.generate_key("Ed25519", parameters={"kid": "other"})
ALL = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES256K", "HS256", "EdDSA", "Ed25519", "none"]


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


def signed(header: bytes, payload: bytes) -> str:
    """Exactly these bytes, under a good signature of the issuer's key."""
    text = f"{part(header)}.{part(payload)}"
    key = ED.private_key
    assert isinstance(key, Ed25519PrivateKey)
    return f"{text}.{part(key.sign(text.encode()))}"


def twice(document: dict[str, Any], name: str, value: Any) -> bytes:
    """A document that says one thing twice."""
    return orjson.dumps(document)[:-1] + b"," + orjson.dumps({name: value})[1:]


HEADER: dict[str, Any] = {"alg": "Ed25519", "kid": "ed", "typ": "at+jwt"}


def loose_end(text: str) -> str:
    """The same bytes in another spelling: the last letter has bits that say nothing."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + letters[letters.index(text[-1]) ^ 1]


def encrypted() -> str:
    """A JWE to our own public key: encrypted by anybody, signed by nobody."""
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A128GCM"])
    header = {"alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": "rsa", "typ": "at+jwt"}
    return jwe.encrypt_compact(header, orjson.dumps(claims()), RSA, registry=registry)


def unsigned(alg: str) -> str:
    return f"{part({'alg': alg, 'kid': 'ed', 'typ': 'at+jwt'})}.{part(claims())}."


def confused(secret: bytes) -> str:
    """Signed by HMAC with a public key as the secret."""
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa', 'typ': 'at+jwt'})}.{part(claims())}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def der_signed() -> str:
    """A true signature, in the form other protocols give it."""
    text = f"{part({'alg': 'ES256', 'kid': 'ec', 'typ': 'at+jwt'})}.{part(claims())}"
    key = EC.private_key
    assert key is not None
    return f"{text}.{part(key.sign(text.encode(), ECDSA(SHA256())))}"


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
    "a header that names its algorithm twice": lambda: signed(twice(HEADER, "alg", "Ed25519"), orjson.dumps(claims())),
    "a header that names its key twice": lambda: signed(twice({**HEADER, "kid": "other"}, "kid", "ed"), orjson.dumps(claims())),
    "claims that name the roles twice": lambda: signed(orjson.dumps(HEADER), twice(claims(), "roles", ["operator"])),
    "claims that name the expiry twice": lambda: signed(orjson.dumps(HEADER), twice(claims(exp=1), "exp", int(time.time()) + 600)),
    "claims nested without end": lambda: signed(
        orjson.dumps(HEADER), orjson.dumps(claims())[:-1] + b',"x":' + b"[" * 99 + b"]" * 99 + b"}"
    ),
    "claims in Latin-1": lambda: signed(orjson.dumps(HEADER), orjson.dumps(claims(name="?")).replace(b"?", b"\xe9")),
    "claims with a lone surrogate": lambda: signed(orjson.dumps(HEADER), orjson.dumps(claims(name="?")).replace(b"?", b"\\ud800")),
    "an expiry that is no number": lambda: signed(orjson.dumps(HEADER), orjson.dumps(claims(exp=1)).replace(b'"exp":1', b'"exp":NaN')),
    "an expiry beyond all numbers": lambda: signed(orjson.dumps(HEADER), orjson.dumps(claims(exp=1)).replace(b'"exp":1', b'"exp":1e999')),
    "an expiry in a list": lambda: token(exp=[4102444800]),
    "an expiry before our time": lambda: token(exp=-1),
    "an audience that is a number": lambda: token(aud=7),
    "an audience among what is no text": lambda: token(aud=["openltc", 7]),
    "an audience in other letters": lambda: token(aud="OpenLTC"),
    "an audience that begins like ours": lambda: token(aud="openltc.evil.example"),
    "an issuer that is a number": lambda: token(iss=7),
    "an issuer with NUL behind it": lambda: token(iss="openltc\x00"),
    "issued in the future": lambda: token(iat=int(time.time()) + 61, nbf=None),
    "an issue time that is text": lambda: token(iat="now"),
    "an empty subject": lambda: token(sub=""),
    "a subject with a line break behind it": lambda: token(sub="ann\n"),
    "a subject with NUL": lambda: token(sub="ann\x00"),
    "a subject in a list": lambda: token(sub=["ann"]),
    "an empty key id": lambda: token(header={"kid": ""}),
    "a key id with NUL behind it": lambda: token(header={"kid": "ed\x00"}),
    "a key id that is a query": lambda: token(header={"kid": "x' UNION SELECT 'ed"}),
    "a key id of a thousand letters": lambda: token(header={"kid": "k" * 1000}),
    "an algorithm in other letters": lambda: f"{part({**HEADER, 'alg': 'ed25519'})}.{token().partition('.')[2]}",
    "algorithms in a list": lambda: f"{part({**HEADER, 'alg': ['Ed25519']})}.{token().partition('.')[2]}",
    "no algorithm": lambda: f"{part({'kid': 'ed', 'typ': 'at+jwt'})}.{token().partition('.')[2]}",
    "a curve that is not ours": lambda: token(SECP, "ES256K", {"kid": "ec"}),
    "ES256 by a key of another curve": lambda: f"{part({'alg': 'ES256', 'kid': 'p384', 'typ': 'at+jwt'})}.{token().partition('.')[2]}",
    "an ES256 signature of zeros": lambda: f"{part({'alg': 'ES256', 'kid': 'ec', 'typ': 'at+jwt'})}.{part(claims())}.{part(bytes(64))}",
    "an ES256 signature in DER": lambda: der_signed(),
    "an RS256 signature of zeros": lambda: f"{part({'alg': 'RS256', 'kid': 'rsa', 'typ': 'at+jwt'})}.{part(claims())}.{part(bytes(256))}",
    "a signature with something behind it": lambda: token() + "AA",
    "a signature in another spelling": lambda: loose_end(token()),
    "a signature of another token": lambda: f"{token(jti='1').rpartition('.')[0]}.{token(jti='2').rpartition('.')[2]}",
    "padding behind the header": lambda: token().replace(".", "==.", 1),
    "padding behind the signature": lambda: token() + "==",
    "NUL in the middle": lambda: token().replace(".", "\x00.", 1),
    "a space in the middle": lambda: token().replace(".", " .", 1),
    "nothing but dots": lambda: "..",
    "encrypted, not signed": encrypted,
    "a token in a token": lambda: signed(orjson.dumps({**HEADER, "cty": "JWT"}), token().encode()),
    "ten thousand bytes": lambda: token(padding="x" * 10_000),
}
