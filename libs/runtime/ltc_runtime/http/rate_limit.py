"""A rate limit: a bucket per name that fills with time. Pure: the time is an argument."""

from collections import OrderedDict
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address


class RateLimiter:
    """Buckets of one minute's worth each.

    Args:
        names: so many are remembered at most; the name unused for longest is forgotten first, and then has a full bucket.
    """

    def __init__(self, names: int = 10_000) -> None:
        self._most = names
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: Hashable, per_minute: int, now: float) -> float:
        """Let ``name`` come once, if it may.

        Args:
            now: seconds of any clock that only goes forward.

        Returns:
            0 if it may; else in how many seconds.
        """
        level, at = self._buckets.pop(name, (float(per_minute), now))
        level = min(per_minute, level + (now - at) * per_minute / 60)
        allowed = level >= 1
        self._buckets[name] = (level - 1 if allowed else level, now)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - level) * 60 / per_minute


def subscriber(address: str) -> str:
    """The subscriber of a network address: a whole /64 of IPv6 belongs to one."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    return str(known.ipv4_mapped or known.packed[:8].hex())
