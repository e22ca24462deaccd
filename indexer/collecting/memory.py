"""What earlier runs saw: so that nothing is asked for that is known, and that an interrupted run goes on.

Input: the web archives in the folder of captures. Output: the newest capture of each address with what a conditional
request needs, the walks that were noted, and what the last run, if it did not finish, had already fetched.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from indexer.answers import UnreadableBody
from indexer.archive import ArchiveRecord, DamagedArchive, read_whole
from indexer.collecting.warcfile import BEGUN, FINISHED
from indexer.model import Filter, Page, Walk
from indexer.warc import NOTE_KEY, WARC_SUFFIXES, is_html_answer, page_of, read_note, walk_of

# Lists shift when a new month comes out; within a day what was fetched and what is fetched now fit together.
GOES_ON_WITHIN = timedelta(hours=24)
SECOND = "second"  # what the note of a walk calls it
VALIDATORS = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest capture of an address. `validators` are the request headers that ask whether it is still right;
    `refers_to` the headers of a revisit record that says it is."""

    page: Page
    validators: dict[str, str]
    refers_to: dict[str, str]


@dataclass(slots=True)
class Memory:
    """What the archives of a folder hold about one blog."""

    newest: dict[str, Earlier] = field(default_factory=dict)
    walks: list[Walk] = field(default_factory=list)
    fetched: set[str] = field(default_factory=set)  # addresses that the unfinished run has had
    second: int | None = None  # the number of the page behind the first of a list, once a walk has found out

    def known_articles(self, walked: Filter | None) -> frozenset[str]:
        """Return the digests that were seen in a list; none where it was never walked to its last page.

        Only then is there nothing unknown behind a page on which all is known.
        """
        walks = [walk for walk in self.walks if _is_same(walk.filter, walked) and walk.end != "stopped"]
        if not any(walk.is_complete for walk in walks):
            return frozenset()
        return frozenset(article for walk in walks for article in walk.article_ids)

    def expected_pages(self, walked: Filter | None, to_the_end: bool) -> int:
        """Return how many pages of a list to expect: as many as last time and one past its end; at least 2, if unknown.

        Where a walk ends at what is known, that is mostly the first page.
        """
        if not to_the_end and self.known_articles(walked):
            return 1
        complete = [walk for walk in self.walks if _is_same(walk.filter, walked) and walk.is_complete]
        return len(complete[-1].page_sha256s) + 1 if complete else 2


def read_memory(folder: Path, start: str, max_page_mb: int) -> Memory:
    """Read all web archives of a folder, oldest first by name; what is damaged is known as far as it can be read.

    A file that a killed run left is cut where its last whole record ends, so that it is no damaged one from now on.
    Hold the lock of the folder: the file must not be that of a run at work.
    """
    memory = Memory()
    for path in sorted(path for path in folder.rglob("*") if path.name.lower().endswith(WARC_SUFFIXES)):
        run = _Run(path.name, _host_of(start), memory, max_page_mb)
        try:
            with path.open("rb") as stream:
                for entry in read_whole(stream, run.read):
                    run.take(entry)
        except DamagedArchive as damage:
            if run.start is not None and damage.is_cut_off:
                os.truncate(path, damage.offset)
        except OSError:
            continue  # `update` and `build` name it
        if run.is_finished:
            memory.fetched.clear()
        elif run.start == start:
            since = (datetime.now(UTC) - GOES_ON_WITHIN).strftime("%Y-%m-%dT%H:%M:%SZ")
            memory.fetched |= {url for url, date in run.dates.items() if date >= since}
    return memory


class _Entry(NamedTuple):
    """What one record tells: a note, a page, or that an older capture of a page is still right."""

    url: str | None
    date: str | None
    note: dict[str, object] | None
    earlier: Earlier | None
    is_confirmed: bool


class _Run:
    """One archive, as it is read. `start` is the address where a run of ours began, None for another tool's file."""

    def __init__(self, name: str, host: str | None, memory: Memory, max_page_mb: int) -> None:
        self.start: object = None
        self.is_finished = False
        self.dates: dict[str, str] = {}
        self._name = name
        self._host = host  # pages of others, in another tool's archive, would fill the memory for nothing
        self._memory = memory
        self._max_page_mb = max_page_mb

    def read(self, record: ArchiveRecord) -> _Entry:
        """Return what a record tells; nothing of it counts before the record is known to be whole."""
        path = f"{self._name}#{record.offset}"
        page = None
        if is_html_answer(record) and _host_of(record.url) == self._host:
            with contextlib.suppress(UnreadableBody):
                page = page_of(record, path, self._max_page_mb)
        is_confirmed = record.kind == "revisit" and record.status == 304
        earlier = _earlier(record, page) if page else None
        return _Entry(record.url, record.date, read_note(record), earlier, is_confirmed)

    def take(self, entry: _Entry) -> None:
        memory = self._memory
        if note := entry.note:
            if note[NOTE_KEY] == BEGUN:
                self.start = note.get("start")
            self.is_finished = self.is_finished or note[NOTE_KEY] == FINISHED
            if walk := walk_of(note, self._name):
                memory.walks.append(walk)
                memory.second = 1 if note.get(SECOND) == 1 else 2 if note.get(SECOND) == 2 else memory.second
        if entry.url is None or entry.date is None:
            return
        before = memory.newest.get(entry.url)
        if entry.earlier and (before is None or (before.page.fetched_at or "") <= entry.date):
            memory.newest[entry.url] = entry.earlier
        if entry.earlier or (entry.is_confirmed and before):
            self.dates[entry.url] = entry.date


def _earlier(record: ArchiveRecord, page: Page) -> Earlier:
    said = {asked: record.header(name) for asked, name in VALIDATORS.items()}
    validators = {asked: value for asked, value in said.items() if value and value.isascii() and value.isprintable()}
    refers_to = {
        "WARC-Refers-To": record.warc_header("WARC-Record-ID"),
        "WARC-Refers-To-Target-URI": record.url or "",
        "WARC-Refers-To-Date": record.warc_header("WARC-Date"),
        "WARC-Payload-Digest": record.warc_header("WARC-Payload-Digest"),
    }
    return Earlier(page, validators, {name: value for name, value in refers_to.items() if value})


def _host_of(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:  # an address that is none
        return None


def _is_same(one: Filter | None, other: Filter | None) -> bool:
    """Tell whether two filters are the same of the blog: its label may have been mended meanwhile."""
    return (one and (one.kind, one.site_id)) == (other and (other.kind, other.site_id))
