"""Ids that two runs of the same reaction agree on."""

from hashlib import sha1
from uuid import UUID, SafeUUID

_NAMESPACE = sha1(UUID("6f2c1f5e-9a0b-5d0e-8c57-0d9a4be0a1c7").bytes, usedforsecurity=False)
_DIGITS = (1 << 128) - 1 & ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_5 = 0x5000 << 64 | 0x8000 << 48
_UNKNOWN = SafeUUID.unknown
_new, _put = object.__new__, object.__setattr__


def derive_id(*parts: UUID | str | int) -> UUID:
    """The id that follows from ``parts``: the same parts, the same id, on every machine.

    A reaction names what it creates with it (``derive_id(lead_id, "opportunity")``), so reacting twice creates once; a
    natural key becomes a stream with it (``derive_id("po", number)``), so uniqueness is one stream's version 1.

    The id is the version-5 UUID (RFC 9562, section 5.5) of the parts joined by the unit separator U+001F.
    """
    digest = _NAMESPACE.copy()  # `uuid5` takes twice as long, and every event gets such an id
    digest.update("\x1f".join([part if isinstance(part, str) else str(part) for part in parts]).encode())
    id = _new(UUID)  # the constructor would look at what is right by how it was made
    _put(id, "int", int.from_bytes(digest.digest()[:16], "big") & _DIGITS | _VERSION_5)
    _put(id, "is_safe", _UNKNOWN)
    return id
