"""Whether what runs in this container is healthy, as an exit code: the images have no curl.

``python -m ltc_stack.healthcheck`` asks a service's ``/readyz``; with a port, whether a server lets us in there.
"""

import http.client
import os
import socket
import sys

SECONDS = 2.5
HERE = "127.0.0.1"


def main(argv: list[str]) -> int:
    """0 if it is healthy, 1 if not."""
    try:
        return int(not (listens(int(argv[0])) if argv else ready(int(os.environ.get("LTC_PORT", "8000")))))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


def ready(port: int) -> bool:
    """Whether ``/readyz`` answers 200."""
    connection = http.client.HTTPConnection(HERE, port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def listens(port: int) -> bool:
    """Whether the port accepts a connection."""
    socket.create_connection((HERE, port), SECONDS).close()
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
