"""The archive that one run of `fetch` writes: a WARC 1.1 file, each record in a gzip member of its own.

Input: answers and notes. Output: `<time>-<host>.warc.gz` in the folder of captures. Every group of records is written
in one piece and to the disk, so that a killed run leaves a readable file; a note at the beginning and one at the end
tell an unfinished run from a finished one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout
from warcio.recordbuilder import RecordBuilder
from warcio.warcwriter import WARCWriter

from indexer.answers import message_record
from indexer.collecting.polite import PRODUCT
from indexer.collecting.taping import Answer
from indexer.errors import CollectError
from indexer.warc import NOTE_KEY, NOTE_TYPE

LOCK = ".fetch.lock"  # hidden, so it is no capture
VERSION = "WARC/1.1"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
BEGUN, FINISHED = "fetch-begun", "fetch-finished"


@contextlib.contextmanager
def only_collector(folder: Path) -> Iterator[None]:
    """Make the folder of captures if need be and hold its lock; CollectError when another run collects into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        message = f"Another run is collecting into '{folder}'. Wait until it has finished, then try again."
        raise CollectError(message) from error
    except OSError as error:
        raise CollectError(
            f"The folder '{folder}' cannot be written: {error.strerror or error}. "
            "Check that it is a folder of yours with free space, or name another corpus with --corpus."
        ) from error
    try:
        yield
    finally:
        lock.release()


class WarcFile:
    """An archive under way. Use as a context manager: a file with answers stays, however the run ends."""

    def __init__(self, folder: Path, start: str, contact: str) -> None:
        """Begin a file whose name nobody has yet. `start` is the address that the run was given."""
        self._start = start
        self._has_answers = False
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
        host = re.sub(r"[^\w.-]", "-", urlsplit(start).netloc, flags=re.ASCII).lower()
        for number in range(1, 1000):
            name = f"{moment}-{host}{'' if number == 1 else f'_{number}'}.warc.gz"
            with contextlib.suppress(FileExistsError):  # a run of the same second; "_" sorts after "."
                self.path = folder / name
                self._stream = self.path.open("xb")
                break
        info = {
            "software": PRODUCT,
            "format": "WARC file version 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obey",
            "http-header-from": contact,
        }
        builder = RecordBuilder(warc_version=VERSION)
        warcinfo = builder.create_warcinfo_record(self.path.name, info)
        self._info_id = warcinfo.rec_headers.get_header("WARC-Record-ID")
        self._write(warcinfo, self._note({NOTE_KEY: BEGUN, "start": start}))

    def __enter__(self) -> WarcFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        if not self._has_answers:
            self.path.unlink()

    def write_answer(self, answer: Answer, refers_to: dict[str, str] | None = None) -> None:
        """Add an answer and its request.

        refers_to  for a 304: the headers that name the capture that is still right.
        """
        date = answer.asked_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        common = {"WARC-Date": date, "WARC-Warcinfo-ID": self._info_id}
        if answer.tape.ip:
            common["WARC-IP-Address"] = answer.tape.ip
        revisits = {"WARC-Profile": NOT_MODIFIED, **refers_to} if refers_to else {}
        kind = "revisit" if refers_to else "response"
        said = message_record(kind, answer.url, answer.tape.answer, {**common, **revisits}, VERSION)
        together = {"WARC-Concurrent-To": said.rec_headers.get_header("WARC-Record-ID")}
        asked = message_record("request", answer.url, answer.tape.request, {**common, **together}, VERSION)
        self._write(said, asked)
        self._has_answers = True

    def write_note(self, note: dict[str, object], url: str | None = None) -> None:
        """Add a metadata record about the run: JSON, about an address or about the whole."""
        self._write(self._note(note, url))

    def finish(self) -> None:
        """Note that nothing is missing from this run."""
        self.write_note({NOTE_KEY: FINISHED})

    def _note(self, note: dict[str, object], url: str | None = None) -> Any:
        block = json.dumps(note, ensure_ascii=False).encode()
        return RecordBuilder(warc_version=VERSION).create_warc_record(
            url or self._start,
            "metadata",
            payload=BytesIO(block),
            length=len(block),
            warc_content_type=NOTE_TYPE,
            warc_headers_dict={"WARC-Warcinfo-ID": self._info_id},
        )

    def _write(self, *records: Any) -> None:
        """Write whole records in one piece, down to the disk."""
        buffer = BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version=VERSION)
        for record in records:
            writer.write_record(record)
        self._stream.write(buffer.getvalue())
        self._stream.flush()
        os.fsync(self._stream.fileno())
