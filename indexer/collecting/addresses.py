"""Addresses, before anything is asked for: where a run may begin, what is the same host, how often it may be asked.

Input: addresses from a librarian or from a server. Output: the same, or CollectError with the reason.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urljoin, urlsplit

from indexer.errors import CollectError

LEAST_INTERVAL = 2.0  # seconds between requests to a host that is not this machine
PORTS = {"http": 80, "https": 443}


def check_start(start: str) -> None:
    """CollectError when this is no address where a run could begin."""
    try:
        parts = urlsplit(start)
        is_good = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or "@" in parts.netloc or not (start.isascii() and start.isprintable()) or " " in start:
        raise CollectError(
            f"'{start}' is no address to begin at. Give one such as https://blog.example.org/pprnet/blog"
        )


def check_interval(start: str, interval: float) -> None:
    """CollectError when a host that is not this machine would be asked too often."""
    if interval < LEAST_INTERVAL and not _is_loopback(urlsplit(start).hostname or ""):
        raise CollectError(f"--interval {interval:g} is too short for another host: at least {LEAST_INTERVAL:g} s.")


def target_on_host(url: str, location: str) -> str | None:
    """Return where a redirect from `url` leads, None when that is another host or no address."""
    try:
        target = urljoin(url, location)
        return target if _is_same_host(urlsplit(url), urlsplit(target)) else None
    except ValueError:
        return None


def _is_same_host(one: SplitResult, other: SplitResult) -> bool:
    """Tell whether a link stays on its host: from http to https does, the way back does not. ValueError: no address."""
    ports = one.port or PORTS.get(one.scheme), other.port or PORTS.get(other.scheme)
    if other.scheme not in PORTS or one.hostname != other.hostname or "@" in other.netloc:
        return False
    is_upgrade = (one.scheme, other.scheme, *ports) == ("http", "https", 80, 443)
    return is_upgrade or (one.scheme == other.scheme and ports[0] == ports[1])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
