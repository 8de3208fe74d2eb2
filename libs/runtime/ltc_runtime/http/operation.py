"""A route as data: what a caller can do or read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from ltc_events import Decider

Kind = Literal["create", "act", "query"]
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class NaturalKey:
    """What URLs name streams by, where that is not their id.

    Args:
        name: of the path parameter.
        type: of its values.
        id: the id of the stream that a value names.
    """

    name: str
    type: Any
    id: Callable[[Any], UUID]


@dataclass(frozen=True, eq=False, kw_only=True)
class Operation:
    """Something a caller can do or read."""

    id: str
    kind: Kind
    method: str
    prefix: str
    path: str
    roles: frozenset[str]
    status: int
    stream: Decider[Any, Any, Any] | None = None
    natural: NaturalKey | None = None
    money: bool = False
    cap: int | None = None
    media: str | None = None
    """The media type of the file it answers with, where that is not JSON."""
    span_name: str = ""
    span_attributes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Read on every request: computed once, though the class is frozen.
        object.__setattr__(self, "span_name", f"{self.method} {self.path}")
        object.__setattr__(self, "span_attributes", {"http.request.method": self.method, "http.route": self.path, "url.scheme": "http"})

    @property
    def pattern(self) -> re.Pattern[str]:
        """The paths it serves."""
        return re.compile("^" + _PLACE.sub(r"(?P<\1>[^/]+)", self.path) + "$")

    @property
    def names_stream(self) -> bool:
        """Whether the URL names one stream, whose version is then the ETag."""
        return self.stream is not None and f"{{{self.natural.name if self.natural else self.stream.id}}}" in self.path
