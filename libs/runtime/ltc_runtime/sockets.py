"""Where a process listens: taken so often that a rush of connections is let in, and can be answered, even if only with a no."""

import socket

ACCEPTED_PER_ROUND = 16
"""libuv takes one connection per listening handle in each round of the event loop. A round under load is long, so with one
handle new connections would wait unseen for seconds, until the kernel drops them; admission control does not see them."""

BACKLOG = 2048


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen at every address of ``host``, each several times.

    Raises:
        OSError: another process listens there, or it is no address of ours.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    bound: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            bound.append(socket.create_server(address, family=family, backlog=BACKLOG))
        return [one if number == 0 else one.dup() for one in bound for number in range(ACCEPTED_PER_ROUND)]
    except BaseException:
        for one in bound:
            one.close()
        raise
