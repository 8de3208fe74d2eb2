"""The embedded stack's own issuer: a generated key that never leaves the data directory, and tokens signed with it.

It is for one machine. Elsewhere the company's identity provider issues tokens.
"""

import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

import orjson
from joserfc import jwt
from joserfc.jwk import OKPKey

from .roles import ROLES

HOUR = 3600.0


class Issuer:
    """Signs tokens with the key under ``directory``, which is generated on first use.

    Args:
        directory: holds ``key.json`` (secret) and ``jwks.json`` (public; what the services read).
        issuer: whom the tokens name as their issuer.
        audience: whom they are for.
    """

    def __init__(self, directory: Path, issuer: str = "openltc", audience: str = "openltc") -> None:
        self.issuer = issuer
        self.audience = audience
        self.jwks = directory / "jwks.json"
        self._key = _key(directory / "key.json")
        public = {**self._key.as_dict(private=False), "use": "sig", "alg": "Ed25519"}
        _write(self.jwks, orjson.dumps({"keys": [public]}), mode=0o644)

    def token(self, subject: str, roles: Iterable[str], *, seconds: float = 12 * HOUR) -> str:
        """A token for ``subject`` with these roles.

        Raises:
            ValueError: there is no such role.
        """
        roles = sorted(set(roles))
        unknown = set(roles) - ROLES
        if unknown:
            raise ValueError(f"no such roles: {', '.join(sorted(unknown))}; there are {', '.join(sorted(ROLES))}")
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.audience, "sub": subject, "roles": roles, "iat": now, "nbf": now, "exp": now + int(seconds),
            "jti": secrets.token_hex(8),
        }  # fmt: skip
        header = {"alg": "Ed25519", "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._key, algorithms=["Ed25519"])


def _key(path: Path) -> OKPKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = OKPKey.generate_key("Ed25519", parameters={"kid": secrets.token_hex(8)})
        _write(path, orjson.dumps(fresh.as_dict(private=True)), mode=0o600)
    return OKPKey.import_key(orjson.loads(path.read_bytes()))


def _write(path: Path, content: bytes, mode: int) -> None:
    # Written beside and renamed, so that a service never reads half of it.
    if path.exists() and path.read_bytes() == content:
        return
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    fresh.replace(path)
