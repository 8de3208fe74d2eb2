"""A collector of traces."""

import http.server
import threading
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Receiver:
    """Takes OTLP over HTTP, as a collector does."""

    def __init__(self) -> None:
        received = self.received = ExportTraceServiceRequest()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Take some."""
                body = self.rfile.read(int(self.headers["content-length"]))
                received.MergeFromString(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def spans(self) -> list[Any]:
        """All that came."""
        return [span for resource in self.received.resource_spans for scope in resource.scope_spans for span in scope.spans]

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
