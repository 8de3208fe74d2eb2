"""One request on its way through the service."""

from typing import Any

from ..telemetry import Span
from .admission_queue import Admitted
from .caller import ANONYMOUS, Caller
from .context import HttpContext
from .operation import Operation


class Call:
    """A request: who asks, for what, and what was sent along."""

    __slots__ = (
        "address", "admitted", "body", "caller", "context", "headers", "key", "operation", "origin", "path", "path_values", "query", "span",
    )  # fmt: skip

    def __init__(
        self, context: HttpContext, operation: Operation, scope: Any, path_values: dict[str, str], span: Span, admitted: Admitted
    ) -> None:
        self.context = context
        self.admitted = admitted
        self.operation = operation
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.path: str = scope["path"]
        self.path_values = path_values
        self.query: bytes = scope.get("query_string", b"")
        self.span = span
        self.address: str = (scope.get("client") or ("",))[0]
        self.origin: str | None = None
        """The page in a browser that may read the answer; only of operations open to the public."""
        self.caller: Caller = ANONYMOUS
        self.body = b""
        self.key: str | None = None

    def header(self, name: bytes) -> str | None:
        """A request header as text."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")
