"""Personal data, sealed per person: AES-256-GCM with a key that can be destroyed.

The form is that of `ltc_events.personal`: ``sealed.v1.<subject>.<base64url of nonce and ciphertext>``. The subject is
authenticated with the text, so a sealed text cannot be passed off as another person's.
"""

import base64
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from asyncpg import Pool
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from ltc_events.personal import SEALED

from ltc_runtime.log.tables import KEY_OF_LINK, personal_key

_NONCE = 12
_KEY = 32
_LINK = b"ltc.withdraw.v1"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes, spelled in one way only


class TamperedText(Exception):
    """A sealed text is not what was once sealed."""


def seal(key: bytes, subject: UUID, plain: str) -> str:
    """Encrypt a text about ``subject``."""
    return _sealed(AESGCM(key), str(subject), plain)


def _sealed(cipher: AESGCM, subject: str, plain: str) -> str:
    nonce = os.urandom(_NONCE)
    secret = cipher.encrypt(nonce, plain.encode(), _context(subject))
    return f"sealed.v1.{subject}.{base64.urlsafe_b64encode(nonce + secret).decode().rstrip('=')}"


def unseal(key: bytes, sealed: str) -> str:
    """The text as it was.

    Raises:
        Broken: it was changed, or sealed with another key.
    """
    subject, packed = _parts(sealed)
    try:
        return AESGCM(key).decrypt(packed[:_NONCE], packed[_NONCE:], _context(str(subject))).decode()
    except InvalidTag:
        raise TamperedText(f"sealed text of {subject}") from None


def subject_of(sealed: str) -> UUID:
    """Whom a sealed text is about."""
    return _parts(sealed)[0]


def link_token(key: bytes) -> str:
    """What the link in a mail carries: it names no person, cannot be guessed, serves no other purpose, and ends with the key."""
    return base64.urlsafe_b64encode(sha256(_LINK + key).digest()).decode().rstrip("=")


async def whose_link(pool: Pool, token: str) -> UUID | None:
    """The person whose mail has this link; None where no mail has it, or the person is forgotten."""
    if not _TOKEN.fullmatch(token):
        return None
    shown = sha256(base64.urlsafe_b64decode(token + "=")).digest()
    found: UUID | None = await pool.fetchval(f"SELECT subject FROM personal_key WHERE {KEY_OF_LINK} = $1", shown)
    return found


def _parts(sealed: str) -> tuple[UUID, bytes]:
    found = SEALED.match(sealed)
    if found is None:
        raise TamperedText("not a sealed text")
    packed = sealed.rpartition(".")[2]
    return UUID(found[1]), base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))


def _context(subject: str) -> bytes:
    return b"ltc.sealed.v1." + subject.encode()


class Sealer:
    """Seals for the persons of one command; keys it had to make are stored with the command."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._ciphers: dict[UUID, tuple[AESGCM, str]] = {}
        self._made: dict[UUID, bytes] = {}

    async def fetch(self, subject: UUID) -> bool:
        """Get the key of a person we know; returns whether we do."""
        key = await self._pool.fetchval("SELECT key FROM personal_key WHERE subject = $1", subject)
        if key is not None:
            self._ciphers[subject] = AESGCM(key), str(subject)
        return key is not None

    def seal(self, subject: UUID, plain: str) -> str:
        """Encrypt a text, with a new key unless there is one."""
        if subject not in self._ciphers:
            key = self._made[subject] = AESGCM.generate_key(_KEY * 8)
            self._ciphers[subject] = AESGCM(key), str(subject)
        return _sealed(*self._ciphers[subject], plain)

    def rows(self) -> list[dict[str, Any]]:
        """The keys that were made, as rows of ``personal_key``."""
        now = datetime.now(UTC)
        return [{"subject": subject, "key": key, "created_at": now} for subject, key in self._made.items()]


async def open_many(pool: Pool, sealed: Sequence[str | None]) -> list[str | None]:
    """Texts as they were, in one look at the keys; ``None`` for none, and where the person is forgotten."""
    subjects = {text: subject_of(text) for text in sealed if text is not None}
    if not subjects:
        return [None] * len(sealed)
    rows = await pool.fetch("SELECT subject, key FROM personal_key WHERE subject = ANY($1::uuid[])", list(set(subjects.values())))
    keys = {row["subject"]: row["key"] for row in rows}
    opened: list[str | None] = []
    for text in sealed:
        key = None if text is None else keys.get(subjects[text])
        opened.append(None if text is None or key is None else unseal(key, text))
    return opened


KEYS = personal_key
"""The table that forgetting a person removes a row from."""
