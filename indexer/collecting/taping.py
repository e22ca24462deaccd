"""A transport for `requests` that keeps every byte of an exchange as it went over the wire, for the archive.

Input: requests. Output: their answers, and a `Tape` of each with the bytes of request and answer, transfer and content
encoding untouched. What comes too slowly or is too large is broken off.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from indexer.answers import message_record
from indexer.archive import ArchiveRecord

MOST_HEADER_BYTES = 1_000_000


class Tape:
    """The bytes of one request and its answer. `broken_off` says why the answer was not read to its end, if so."""

    def __init__(self, max_bytes: int, max_seconds: float) -> None:
        self.request = bytearray()
        self.answer = bytearray()
        self.ip: str | None = None
        self.broken_off: str | None = None
        self._max_bytes = max_bytes + MOST_HEADER_BYTES
        self._until = time.monotonic() + max_seconds

    def take(self, data: memoryview) -> None:
        """Keep what came from the server; OSError when it is too much or too late."""
        self.answer += data
        if len(self.answer) > self._max_bytes:
            self.broken_off = "the answer is larger than a page may be (max_page_mb)"
        elif time.monotonic() > self._until:
            self.broken_off = "the answer took too long"
        if self.broken_off:
            raise OSError(self.broken_off)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, in full. `headers` ignores case; `asked_at` is UTC."""

    url: str
    status: int
    headers: Mapping[str, str]
    asked_at: datetime
    tape: Tape

    def record(self) -> ArchiveRecord:
        """Return the answer as an archive would give it back."""
        warc = message_record("response", self.url, self.tape.answer)
        date = self.asked_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return ArchiveRecord(0, "response", self.url, date, self.status, warc)


class _TapedStream(io.RawIOBase):
    """What a socket gives, taken down as it passes."""

    def __init__(self, inner: io.RawIOBase, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        size = self._inner.readinto(buffer)
        self._tape.take(memoryview(buffer)[: size or 0])
        return size

    def close(self) -> None:
        self._inner.close()
        super().close()


class _TapedResponse(http.client.HTTPResponse):
    def __init__(self, tape: Tape, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_TapedStream(sock.makefile("rb", buffering=0), tape))
        tape.ip = sock.getpeername()[0]


class _Taping:
    """Mixed into a connection: a new tape for each request."""

    new_tape: Callable[[], Tape]

    def putrequest(self, *arguments: Any, **options: Any) -> Any:
        self._tape = self.new_tape()
        self.response_class = lambda sock, *rest, **more: _TapedResponse(self._tape, sock, *rest, **more)
        return super().putrequest(*arguments, **options)  # type: ignore[misc]

    def send(self, data: bytes) -> None:
        if hasattr(self, "_tape"):  # not so while a proxy is asked for a tunnel
            self._tape.request += data
        super().send(data)  # type: ignore[misc]


class TapingAdapter(HTTPAdapter):
    """Sends one request at a time; `tape` is that of the last one."""

    def __init__(self, max_bytes: int, max_seconds: float) -> None:
        self._limits = max_bytes, max_seconds
        self.tape = self.new_tape()
        own = {"new_tape": staticmethod(self.new_tape)}
        plain = type("_Connection", (_Taping, HTTPConnection), own)
        secure = type("_SecureConnection", (_Taping, HTTPSConnection), own)
        self._pools = {
            "http": type("_Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__()

    def new_tape(self) -> Tape:
        """Begin a new tape. A connection does so with each request; who counts on an empty one before that, too."""
        self.tape = Tape(*self._limits)
        return self.tape

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager
