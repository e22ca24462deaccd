"""Step 1 of 8, web archives. Records of a WARC or WACZ -> Page for each HTML answer, Walk for each that `fetch` noted.

Input: a file that `pprsearch fetch` or any other archiving tool wrote. Output: pages with the address and the time that
the archive itself gives, the encodings of HTTP undone; other records are passed over, damage becomes a Problem. A
revisit record (the server said 304) brings no text: it says that an older capture was still right.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from indexer.answers import UnreadableBody, read_body
from indexer.archive import ArchiveRecord, DamagedArchive, Readable, read_whole
from indexer.model import Filter, Page, Problem, Walk, WalkEnd

HTML_TYPES = ("text/html", "application/xhtml+xml")
WARC_SUFFIXES = (".warc", ".warc.gz")
# What `fetch` notes in metadata records: JSON with this key, whose value tells what the note is about.
NOTE_TYPE = "application/json"
NOTE_KEY = "pprsearch"
MOST_NOTE_BYTES = 4_000_000
SHA256 = re.compile(r"[0-9a-f]{64}")

Item = Page | Walk | Problem


def read_warc(path: Path, shown: str, max_page_mb: int) -> Iterator[Item]:
    """Yield the pages and walks of one .warc or .warc.gz file, and a Problem for what cannot be read."""
    with path.open("rb") as stream:
        yield from _read(stream, shown, max_page_mb)


def read_wacz(path: Path, shown: str, max_page_mb: int) -> Iterator[Item]:
    """Yield the pages of all WARCs in a WACZ file, by their names in it."""
    try:
        with zipfile.ZipFile(path) as wacz:
            names = sorted(name for name in wacz.namelist() if name.lower().endswith(WARC_SUFFIXES))
            for name in names:
                with wacz.open(name) as stream:
                    yield from _read(stream, f"{shown}#{_printable(name)}", max_page_mb)
    # NotImplementedError and RuntimeError: a compression or a password that Python's zipfile does not know
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
        message = f"The WACZ file is damaged or of an unknown kind ({error}). Get it again from where it was made."
        yield Problem("damaged-capture", _printable(message), shown, level="skipped")
        return
    if not names:
        message = "The WACZ file holds no WARC. Get it again from where it was made."
        yield Problem("no-pages", message, shown, level="skipped")


def is_html_answer(record: ArchiveRecord) -> bool:
    """Tell whether a record is a page as a server sent it."""
    return record.kind == "response" and record.status == 200 and record.media_type in HTML_TYPES


def page_of(record: ArchiveRecord, path: str, max_page_mb: int) -> Page:
    """Return the page that a record holds; UnreadableBody says why it cannot be had. Reads the record's stream."""
    content = read_body(record.warc, max_page_mb * 1_000_000)
    digest = hashlib.sha256(content).hexdigest()
    return Page(path, "html", content, digest, record.url, record.date, record.charset)


def read_note(record: ArchiveRecord) -> dict[str, object] | None:
    """Return what `fetch` noted in a metadata record; None for any other record. Reads the record's stream."""
    if record.kind != "metadata" or record.warc_header("Content-Type") != NOTE_TYPE:
        return None
    try:
        note = json.loads(record.warc.raw_stream.read(MOST_NOTE_BYTES))
    except (ValueError, RecursionError):
        return None
    return note if isinstance(note, dict) and NOTE_KEY in note else None


def walk_of(note: dict[str, object], path: str) -> Walk | None:
    """Return the walk that a note tells of, None when it tells of none or not what a walk is."""
    if note.get(NOTE_KEY) != "walk":
        return None
    end, finished_at, asked = note.get("end"), note.get("finished_at"), note.get("filter")
    pages, articles = note.get("pages"), note.get("articles")
    if (
        end not in get_args(WalkEnd)
        or not (isinstance(finished_at, str) and isinstance(pages, list) and isinstance(articles, list))
        or not all(isinstance(page, str) and SHA256.fullmatch(page) for page in pages)
        or not all(isinstance(article, str) for article in articles)
    ):
        return None
    walked = None
    if asked is not None:
        if not (isinstance(asked, dict) and all(isinstance(value, str) for value in asked.values())):
            return None
        if asked.keys() != {"kind", "label", "site_id"} or asked["kind"] not in ("topic", "type"):
            return None
        walked = Filter(asked["kind"], asked["label"], asked["site_id"])
    return Walk(path, walked, end, finished_at, tuple(pages), tuple(articles))  # type: ignore[arg-type]


def note_of(walk: Walk) -> dict[str, object]:
    """Return what to note of a walk, for `walk_of` to read."""
    asked = walk.filter and {"kind": walk.filter.kind, "label": walk.filter.label, "site_id": walk.filter.site_id}
    return {
        NOTE_KEY: "walk",
        "filter": asked,
        "end": walk.end,
        "finished_at": walk.finished_at,
        "pages": list(walk.page_sha256s),
        "articles": list(walk.article_ids),
    }


def _read(stream: Readable, shown: str, max_page_mb: int) -> Iterator[Item]:
    try:
        for items in read_whole(stream, lambda record: [*_items(record, f"{shown}#{record.offset}", max_page_mb)]):
            yield from items
    except DamagedArchive as damage:
        message = (
            f"The web archive is damaged at byte {damage.offset} ({damage}). "
            "Everything before that was read; get the file again, or fetch again, for the rest."
        )
        yield Problem("damaged-capture", message, f"{shown}#{damage.offset}", level="skipped")


def _items(record: ArchiveRecord, path: str, max_page_mb: int) -> Iterator[Item]:
    if is_html_answer(record):
        try:
            page = page_of(record, path, max_page_mb)
        except UnreadableBody as reason:
            yield Problem("unreadable", str(reason), path, level="skipped")
            return
        if page.content.strip():
            yield page
        else:
            yield Problem("empty", "The server sent an empty page. Fetch it again.", path, level="skipped")
    elif note := read_note(record):
        walk = walk_of(note, path)
        if walk:
            yield walk
        elif note[NOTE_KEY] == "walk":
            yield Problem("odd-walk", "The note of a walk cannot be understood; it was passed over. Fetch again.", path)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
