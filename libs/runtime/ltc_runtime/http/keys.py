"""The issuer's public keys: fetched, kept, and fetched anew when a token names a key we do not know."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

_log = structlog.get_logger("ltc.edge")

PublicKey = ECKey | OKPKey | RSAKey
MAX_BYTES = 256 * 1024
MAX_AGE = 300.0
_FIRST_SECONDS = 1.0

_ALGORITHMS: dict[tuple[str, str | None], frozenset[str]] = {
    ("RSA", None): frozenset({"RS256"}),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA", "Ed25519"}),
}
ALGORITHMS = frozenset().union(*_ALGORITHMS.values())


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the algorithms it may be used with."""

    public: PublicKey
    algorithms: frozenset[str]


class Source(Protocol):
    """Where a key set is read."""

    async def read(self) -> bytes:
        """The key set as it is now."""
        ...


@dataclass(frozen=True)
class FileSource:
    """A key set in a file."""

    path: Path

    async def read(self) -> bytes:
        """The bytes of the file."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class UrlSource:
    """A key set behind a URL. Redirects are not followed: the issuer's address is configuration."""

    url: str
    seconds: float = 5.0
    """For the whole answer, however slowly it trickles in."""

    async def read(self) -> bytes:
        """The body of the answer, or as much of it as shows that it is too large."""
        async with (
            asyncio.timeout(self.seconds),
            httpx.AsyncClient(timeout=self.seconds, follow_redirects=False) as client,
            client.stream("GET", self.url, headers={"accept": "application/json"}) as answer,
        ):
            answer.raise_for_status()
            return await _up_to(MAX_BYTES + 1, answer)


async def _up_to(limit: int, answer: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body)


def source_of(address: str) -> Source:
    """A URL or the path of a file."""
    return UrlSource(address) if address.startswith(("http://", "https://")) else FileSource(Path(address.removeprefix("file://")))


@dataclass
class Keys:
    """The key set of one issuer.

    Args:
        source: where it is read.
        refresh_seconds: it is fetched at most this often, whatever tokens name.
        max_age: seconds after which it is fetched anew, so that a key that was withdrawn is no longer believed.
    """

    source: Source
    refresh_seconds: float = 30.0
    max_age: float = MAX_AGE
    generation: int = 0
    """Grows when the set changes: what was proven with a key must be proven again."""
    _keys: dict[str, Key] = field(default_factory=dict)
    _tried: float = float("-inf")
    _fetched: float = float("-inf")
    _fetching: asyncio.Task[None] | None = None

    @property
    def is_empty(self) -> bool:
        """Was no key set ever read?"""
        return not self._keys

    @property
    def is_old(self) -> bool:
        """Is it time to look for withdrawn keys? Not while a fetch runs: a silent key server delays one caller, not all."""
        return time.monotonic() - self._fetched > self.max_age and self._may_try and self._fetching is None

    @property
    def _may_try(self) -> bool:
        # Without any key everybody is turned away, so then it is tried more often.
        return time.monotonic() - self._tried >= (self.refresh_seconds if self._keys else min(self.refresh_seconds, _FIRST_SECONDS))

    def known(self, kid: str) -> Key | None:
        """The key ``kid``, if the set we have holds it."""
        return self._keys.get(kid)

    async def of(self, kid: str) -> Key | None:
        """The key ``kid``; an unknown one makes us look again, at a bounded rate."""
        if kid not in self._keys or self.is_old:
            await self.refresh()
        return self._keys.get(kid)

    async def refresh(self) -> None:
        """Fetch the set, if it is time to; callers that come during a fetch wait for it. If it fails, the last good one stays."""
        if self._fetching is None:
            if not self._may_try:
                return
            self._tried = time.monotonic()
            # A task of its own: the caller who asked first may go away, the others still wait for the answer.
            self._fetching = asyncio.create_task(self._fetch(), name="key set")
        await asyncio.shield(self._fetching)

    async def _fetch(self) -> None:
        try:
            keys = read_keys(await self.source.read())
        except (httpx.HTTPError, OSError, TimeoutError, ValueError, JoseError) as error:
            _log.warning("key set not readable, the last good one stays", error=repr(error), keys=len(self._keys))
            return
        finally:
            self._fetching = None
        self._fetched = self._tried
        if _shape(keys) != _shape(self._keys):
            self.generation += 1
            self._keys = keys


def read_keys(document: bytes) -> dict[str, Key]:
    """The usable keys of a key set, by their id. Keys of other kinds are left out, secret keys above all.

    Raises:
        ValueError: it is no key set, or it holds no usable key.
    """
    if len(document) > MAX_BYTES:
        raise ValueError("the key set is too large")
    content = orjson.loads(document)
    members = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(members, list):
        raise ValueError("not a key set")
    keys = {member["kid"]: key for member in members if isinstance(member, dict) and (key := _key(member)) is not None}
    if not keys:
        raise ValueError("the key set holds no usable key")
    return keys


def _key(member: dict[str, Any]) -> Key | None:
    kind, kid = member.get("kty"), member.get("kid")
    algorithms = _ALGORITHMS.get((str(kind), None if kind == "RSA" else str(member.get("crv"))))
    if algorithms is None or not isinstance(kid, str) or not kid or member.get("use", "sig") != "sig":
        return None
    if "alg" in member:
        # EdDSA is the older name of Ed25519.
        algorithms &= {"EdDSA", "Ed25519"} if member["alg"] in ("EdDSA", "Ed25519") else {str(member["alg"])}
    public = {name: value for name, value in member.items() if name in ("kty", "crv", "x", "y", "n", "e", "kid")}
    try:
        key = import_key(public)
    except (JoseError, ValueError) as error:
        _log.warning("key not usable", kid=kid, error=repr(error))
        return None
    return Key(key, algorithms) if algorithms and isinstance(key, (ECKey, OKPKey, RSAKey)) else None


def _shape(keys: dict[str, Key]) -> dict[str, tuple[str, frozenset[str]]]:
    return {kid: (key.public.thumbprint(), key.algorithms) for kid, key in keys.items()}
