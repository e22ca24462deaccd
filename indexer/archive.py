"""Step 1 of 8, web archives. Bytes of a WARC -> its records, one after the other, none of them larger than was allowed.

Input: a stream of a .warc or .warc.gz, which may come from anywhere. Output: records of warcio with the offset that
other tools seek to. Damage ends the reading with DamagedArchive, after everything
before it.
warcio's own iterator is not used: it takes a member that is cut off for a short page and inflates without a bound.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

BLOCK = 1 << 16
# Headers of one record, those of HTTP and the sizes of chunks included; real ones have 1 to 5 kB.
MOST_LINE_BYTES = 1_000_000
GZIP_MAGIC = b"\x1f\x8b"
CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)


T = TypeVar("T")


class Readable(Protocol):
    """The one thing a source of bytes must be able to do: a file, an entry of a ZIP file."""

    def read(self, size: int, /) -> bytes: ...


class DamagedArchive(Exception):
    """The bytes from here on are no record; the message says why, `offset` says where.

    is_cut_off  the file ends in the midst of a record, and nothing is wrong before.
    """

    def __init__(self, reason: str, offset: int, is_cut_off: bool = False) -> None:
        super().__init__(reason)
        self.offset = offset
        self.is_cut_off = is_cut_off


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """One record. `warc` is warcio's; its stream must be read before the next record is asked for.

    offset  of the record, or of the gzip member that it stands in.
    kind    "response", "revisit", "metadata", ...; "" when the record does not say.
    date    WARC-Date in whole seconds, `YYYY-MM-DDTHH:MM:SSZ`, or None.
    status  of the HTTP answer, else None.
    """

    offset: int
    kind: str
    url: str | None
    date: str | None
    status: int | None
    warc: Any

    def header(self, name: str) -> str:
        """Return a header of the HTTP answer, "" when it has none of this name."""
        http = self.warc.http_headers
        return (http.get_header(name) or "") if http else ""

    def warc_header(self, name: str) -> str:
        """Return a header of the record itself, "" when it has none of this name."""
        return self.warc.rec_headers.get_header(name) or ""

    @property
    def media_type(self) -> str:
        """What the HTTP answer says it is: "text/html"."""
        return self.header("Content-Type").split(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        match = CHARSET.search(self.header("Content-Type"))
        return match.group(1) if match else None


def read_whole(file: Readable, make: Callable[[ArchiveRecord], T]) -> Iterator[T]:
    """Yield what `make` makes of each record, but only once it is known that the record is whole.

    Its last bytes and the checksum come after its content. DamagedArchive follows everything that is whole.
    """
    before: tuple[int, T] | None = None
    try:
        for record in read_records(file):
            if before:
                yield before[1]
            before = None  # `make` reads on, and may find damage
            before = record.offset, make(record)
    except DamagedArchive as damage:
        if before and before[0] != damage.offset:
            yield before[1]
        raise
    if before:
        yield before[1]


def read_records(file: Readable) -> Iterator[ArchiveRecord]:
    """Yield every record of a WARC in order; DamagedArchive at the first byte that belongs to none."""
    source = _Source(file)
    loader = ArcWarcRecordLoader(arc2warc=False)
    while source.find_record():
        offset = source.offset
        try:
            warc = loader.parse_record_stream(source, known_format="warc", no_record_parse=True, check_digests=True)
            if not (warc.rec_headers.get_header("Content-Length") or "").isdecimal():
                raise DamagedArchive("the record does not tell its length", offset)
            yield _open(warc, loader, offset)
            while warc.raw_stream.read(BLOCK):
                pass
        except (ArchiveLoadFailed, EOFError, StatusAndHeadersParserException) as error:
            raise DamagedArchive("this is no record of a WARC", offset) from error
        if warc.raw_stream.limit:
            raise DamagedArchive("the record is cut off", offset)
        if any(problem.startswith("block digest failed") for problem in warc.digest_checker.problems):
            raise DamagedArchive("the record is not what its digest says", offset)


def _open(warc: Any, loader: ArcWarcRecordLoader, offset: int) -> ArchiveRecord:
    """Read the headers of HTTP, where the record has some that can be read."""
    kind, url = warc.rec_headers.get_header("WARC-Type") or "", warc.rec_headers.get_header("WARC-Target-URI")
    status = None
    if kind in ("response", "revisit") and url:
        try:
            warc.http_headers = loader.load_http_headers(kind, url, warc.raw_stream, warc.length)
            status = int(warc.http_headers.get_statuscode()) if warc.http_headers else None
        except (StatusAndHeadersParserException, EOFError, ValueError):
            status = None  # no answer that a reader of pages could use
    return ArchiveRecord(offset, kind, url, _date(warc.rec_headers.get_header("WARC-Date")), status, warc)


def _date(text: str | None) -> str | None:
    try:
        date = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Source:
    """The bytes of a WARC, inflated a block at a time where they are gzipped; it stops at the end of a gzip member."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._ahead = file.read(BLOCK)  # as in the file
        self._taken = 0  # bytes of the file that are no longer ahead
        self._is_gzip = self._ahead.startswith(GZIP_MAGIC)
        self._inflater: Any = None  # of the member that is being read; the type has no public name
        self._plain, self._at = b"", 0
        self._line_bytes = 0
        self.offset = 0

    def find_record(self) -> bool:
        """Pass over blank lines and the end of a member; False at the end of the file."""
        self._line_bytes = 0
        while True:
            while self._at < len(self._plain) or self._fill():
                if self._plain[self._at] not in b"\r\n":
                    if not self._is_gzip:
                        self.offset = self._taken - len(self._plain) + self._at
                    return True
                self._at += 1
            if not self._is_gzip or not self._begin_member():
                return False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; fewer only at the end of a member or of the file."""
        parts = []
        while size > 0 and (self._at < len(self._plain) or self._fill()):
            parts.append(self._plain[self._at : self._at + size])
            self._at += len(parts[-1])
            size -= len(parts[-1])
        return b"".join(parts)

    def readline(self, size: int = MOST_LINE_BYTES) -> bytes:
        """Return a line with its end; DamagedArchive when the lines of a record grow beyond all measure."""
        parts = []
        while size > 0 and (self._at < len(self._plain) or self._fill()):
            end = self._plain.find(b"\n", self._at) + 1 or len(self._plain)
            parts.append(self._plain[self._at : min(end, self._at + size)])
            self._at += len(parts[-1])
            size -= len(parts[-1])
            self._line_bytes += len(parts[-1])
            if self._line_bytes > MOST_LINE_BYTES:
                raise DamagedArchive("its headers have no end", self.offset)
            if parts[-1].endswith(b"\n"):
                break
        return b"".join(parts)

    def _begin_member(self) -> bool:
        self._ahead = self._ahead or self._file.read(BLOCK)
        self.offset = self._taken
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return bool(self._ahead)

    def _fill(self) -> bool:
        """Get the next bytes of the member, or of the file where there are no members; False at its end."""
        self._plain, self._at = b"", 0
        if not self._is_gzip:
            self._plain, self._ahead = self._ahead, b""
            self._taken += len(self._plain)
            self._ahead = self._file.read(BLOCK)
            return bool(self._plain)
        while self._inflater is not None and not self._inflater.eof:
            try:
                self._plain = self._inflater.decompress(self._ahead, BLOCK)
            except zlib.error as error:
                raise DamagedArchive("its compression is damaged", self.offset) from error
            rest = self._inflater.unconsumed_tail or self._inflater.unused_data
            self._taken += len(self._ahead) - len(rest)
            self._ahead = rest
            if self._plain:
                return True
            if not self._ahead and not self._inflater.eof:
                self._ahead = self._file.read(BLOCK)
                if not self._ahead:
                    raise DamagedArchive("it is cut off", self.offset, is_cut_off=True)
        return False
