"""One request on its way through the edge."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..telemetry import Span
    from .admission_queue import Entered
    from .context import Edge
    from .operation import Operation


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the subject and roles of a verified token."""

    subject: str
    roles: frozenset[str]
    listed: tuple[str, ...] = ()
    """The roles in order, as the log keeps them."""


class Call:
    """A request: who asks, for what, and what was sent along."""

    __slots__ = (
        "address", "body", "caller", "edge", "entered", "headers", "key", "operation", "origin", "path", "path_values", "query", "span",
    )  # fmt: skip

    def __init__(
        self, edge: "Edge", operation: "Operation", scope: Any, path_values: dict[str, str], span: "Span", entered: "Entered"
    ) -> None:
        self.edge = edge
        self.entered = entered
        self.operation = operation
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.path: str = scope["path"]
        self.path_values = path_values
        self.query: bytes = scope.get("query_string", b"")
        self.span = span
        self.address: str = (scope.get("client") or ("",))[0]
        self.origin: str | None = None
        """The page in a browser that may read the answer; only of operations open to the public."""
        self.caller: Caller = NOBODY
        self.body = b""
        self.key: str | None = None

    def header(self, name: bytes) -> str | None:
        """A request header as text."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


NOBODY = Caller("", frozenset())
