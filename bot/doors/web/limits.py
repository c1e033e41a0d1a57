"""Limits: how much one browser, and one network, may ask of us in a minute. In memory alone; never says who asked."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter
from collections.abc import Callable

MINUTE = 60.0
OF_SESSION, OF_NETWORK = 60, 300
"""Forms a minute. A whole office, or a library, can be one network."""

_WIDTH = {4: 32, 6: 64}
"""Bits that tell one household from another; what follows in IPv6 its devices choose."""


class Limits:
    """Counts what comes from each source, minute by minute."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._minute = 0
        self._counts: Counter[bytes | str] = Counter()

    def allow(self, source: bytes | str, most: int) -> bool:
        """Count one more from this source; False if that is more than `most` in this minute."""
        minute = int(self._seconds() // MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts[source] += 1
        return self._counts[source] <= most


def network(host: str | None) -> str | None:
    """The network of a client's address; None where it tells nothing, as that of a proxy on this machine."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return None
    if address.is_loopback:
        return None
    return str(ipaddress.ip_network((address, _WIDTH[address.version]), strict=False))
