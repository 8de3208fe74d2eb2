"""What is known of a person stands nowhere in clear: in no table and in no message."""

import base64
import re
from collections.abc import Iterator

from .evidence import Evidence
from .finding import Finding

SEALED = re.compile(r"sealed\.v1\.[0-9a-f-]{36}\.([A-Za-z0-9_-]+)")


def people_are_sealed(evidence: Evidence) -> list[Finding]:
    """Nothing that the load told of persons can be read in what was stored or told, also where it was only packed."""
    return [
        Finding("people_are_sealed", service, f"{where} holds what is known of a person")
        for service, where, text in _texts(evidence)
        if any(known in text or any(known in bare for bare in _unpacked(text)) for known in evidence.people)
    ]


def _texts(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    if not evidence.people:
        return
    for service, ledger in evidence.ledgers.items():
        for row in ledger.log:
            yield service, f"position {row['position']}", f"{row['data']} {row['actor']} {row['authority']} {row['tags']}"
        for name, rows in (*ledger.side.items(), *ledger.models.items()):
            for row in rows:
                yield service, f"a row of {name}", " ".join(map(_text, row.values()))
    for message in evidence.messages or []:
        said = " ".join([_text(message.value), _text(message.key or b""), *message.headers.values()])
        yield message.topic, f"message {message.partition}@{message.offset}", said


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _unpacked(text: str) -> Iterator[str]:
    for packed in SEALED.findall(text) if "sealed." in text else ():
        try:
            yield base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-8", "replace")
        except ValueError:
            continue


CHECKS = (people_are_sealed,)
