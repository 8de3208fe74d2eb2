"""Where a server listens, and what its clients call that place."""

from dataclasses import dataclass

from .stored import LOOPBACK, Ports

ALL_INTERFACES = "0.0.0.0"


@dataclass(frozen=True)
class Address:
    """Loopback, at a free port that is kept; or, where a server has a container to itself, what is said here.

    Args:
        listen: the address it listens on.
        name: the host by which clients come.
        port: 0 for a free one.
    """

    listen: str = LOOPBACK
    name: str = LOOPBACK
    port: int = 0

    def port_from(self, ports: Ports, name: str) -> int:
        """Its port."""
        return self.port or ports.assign(name)


LOCAL = Address()
"""Loopback, at a free port."""
