"""Lines of a vCard: a name, parameters and a value, escaped and folded (RFC 6350, sections 3.2 to 3.4)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

WIDTH = 75
"""Octets of a line at most, its end not counted (RFC 6350, 3.2)."""

_SAID = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\", ":": ":"}
"""What follows a backslash → what is meant (RFC 6350, 3.4). A colon needs none, and many programs give it one."""

_ESCAPED = re.compile(r"\\([nN,;\\:])")
_SPECIAL = re.compile(r"[\\,;\n]")
_BREAK = re.compile(r"\r\n?")
_SIGN = re.compile(rb'[":;]')
_NAME = re.compile(rb"^(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)$")


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property: what it is, how it is meant, and its value as it came."""

    name: str
    """In capitals, without the group before it."""
    value: bytes
    parameters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names in capitals → values in small letters. A value without a name is a ``TYPE``, as older programs write it."""


def escaped(text: str) -> str:
    """A text as a value, or as a part of one."""
    return _SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else "\\" + found[0], _BREAK.sub("\n", text))


def unescaped(value: str) -> str:
    """The text that a value says."""
    return _ESCAPED.sub(lambda found: _SAID[found[1]], value)


def parts(value: str, separator: str = ";") -> list[str]:
    """The parts of a value, unescaped; between them is a separator that has no backslash before it (RFC 6350, 3.3)."""
    found, begin, at = [], 0, 0
    while at < len(value):
        if value[at] == separator:
            found.append(value[begin:at])
            begin = at + 1
        at += 2 if value[at] == "\\" else 1
    return [unescaped(part) for part in (*found, value[begin:])]


def folded(line: str) -> bytes:
    """A line as it is written: no piece longer than `WIDTH` octets, no character cut, and each piece but the first behind a space."""
    return b"\r\n ".join(_pieces(line)) + b"\r\n"


def _pieces(line: str) -> Iterator[bytes]:
    piece, room = b"", WIDTH
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > room:
            yield piece
            piece, room = b"", WIDTH - 1
        piece += octets
    yield piece


def written(name: str, *texts: str) -> bytes:
    """A property whose value is these texts, one after the other."""
    return folded(f"{name}:{';'.join(map(escaped, texts))}")


def understood(line: bytes) -> ContentLine | None:
    """What a line says once it is unfolded; ``None`` where it is no such line."""
    signs = _outside_quotes(line)
    end = next((at for at in signs if line[at : at + 1] == b":"), None)
    if end is None:
        return None
    cuts = [*(at for at in signs if at < end), end]
    name, *said = (line[begin:at] for begin, at in zip((0, *(cut + 1 for cut in cuts)), cuts, strict=False))
    matched = _NAME.match(name)
    if matched is None:
        return None
    parameters: dict[str, list[str]] = {}
    for parameter in said:
        key, sign, values = parameter.decode("latin-1").partition("=")
        kind, listed = (key.upper(), values) if sign else ("TYPE", key)
        parameters.setdefault(kind, []).extend(value.strip(' "').lower() for value in listed.split(","))
    return ContentLine(matched[1].decode("ascii").upper(), line[end + 1 :], parameters)


def _outside_quotes(line: bytes) -> list[int]:
    """Where a colon or a semicolon stands that is in no quotes; one look at the line, however many there are."""
    quoted, found = False, []
    for sign in _SIGN.finditer(line):
        if sign[0] == b'"':
            quoted = not quoted
        elif not quoted:
            found.append(sign.start())
    return found
