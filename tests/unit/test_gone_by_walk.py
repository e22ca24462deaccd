"""A digest that the blog took off its list: gone with the next complete walk, and back with a newer capture.

The archives are written by warcio, as `fetch` writes them; the update is the librarian's command.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from warcio.warcwriter import WARCWriter

from indexer import create_cli, run_cli
from indexer.generations import open_current
from indexer.model import Filter, Walk, WalkEnd
from indexer.search import open_index
from indexer.warc import NOTE_TYPE, note_of

BLOG = "https://blog.example/pprnet/blog"
CORPUS = Path(__file__).resolve().parents[2] / "corpus"
TEXTS = {
    "Alliance in Groups": "Half of all patients leave group treatment early when nobody asks what they hope for. " * 3,
    "Recorded Sessions": "Therapists who review recorded sessions with a colleague notice their own missteps. " * 3,
    "Courses on Empathy": "A short course on empathy made trainees listen longer and interrupt their clients less. "
    * 3,
}
RECORDED = "2020-07-recorded-sessions"
Update = Callable[[Path], tuple[int, str]]


def page(*titles: str) -> bytes:
    shown = [f"<h3>{title}</h3><p>{TEXTS[title]}</p><h4>Practice Implications</h4><p>Ask.</p>" for title in titles]
    return f"<html><h2>July 2020</h2>{''.join(shown)}</html>".encode()


def archive(
    path: Path, date: str, *pages: bytes, choice: Filter | None = None, end: WalkEnd = "last-page", of: int = 0
) -> Path:
    """Write what a walk saw on a day: its pages and the note of it; `of`: how many pages it had, if more than that."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number, content in enumerate(pages, 1):
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n" + content
            url, when = f"{BLOG}?p={number}", {"WARC-Date": f"{date}T10:00:0{number}Z"}
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=io.BytesIO(answer), length=len(answer), warc_headers_dict=when
                )
            )
        digests = [sha256(content).hexdigest() for content in pages]
        lost = ["0" * 64] * (of - len(pages))
        walk = Walk("", choice, end, f"{date}T10:05:00Z", (*digests, *lost))
        block = json.dumps(note_of(walk)).encode()
        writer.write_record(
            writer.create_warc_record(
                BLOG, "metadata", payload=io.BytesIO(block), length=len(block), warc_content_type=NOTE_TYPE
            )
        )
    return path


@pytest.fixture
def update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Update:
    """The command, after a first walk that found three digests on two pages."""
    monkeypatch.chdir(tmp_path)

    def run(path: Path) -> tuple[int, str]:
        code = run_cli(create_cli(), ["update", str(path)])
        return code, capsys.readouterr().out

    both = page("Alliance in Groups", "Recorded Sessions"), page("Courses on Empathy")
    run(archive(tmp_path / "july.warc.gz", "2020-07-05", *both))
    assert len(open_current(Path("index")).lines()) == 3
    return run


def test_what_a_complete_walk_lacks_is_removed_with_a_reason_and_back_when_a_newer_capture_shows_it(
    tmp_path: Path, update: Update
) -> None:
    without = page("Alliance in Groups"), page("Courses on Empathy")
    code, out = update(archive(tmp_path / "august.warc.gz", "2020-08-05", *without))
    reason = "The walk of the whole list of 2020-08-05 did not find it on the blog any more."
    assert code == 0
    assert "Digests: 0 added, 0 changed, 1 removed, 2 unchanged." in out
    assert "  Seen again on new captures: 2 of the unchanged." in out
    assert f"  - {RECORDED}  “Recorded Sessions” {reason}" in out
    live = open_current(Path("index"))
    assert sorted(live.lines()) == ["2020-07-alliance-in-groups", "2020-07-courses-on-empathy"]
    with closing(open_index(Path("index"), CORPUS)) as searcher:
        stone = searcher.tombstone(RECORDED)
    assert stone is not None
    assert (stone.title, stone.by, stone.at, stone.reason) == (
        "Recorded Sessions",
        "walk",
        "2020-08-05T10:05:00Z",
        reason,
    )
    assert "nothing changed" in update(tmp_path / "august.warc.gz")[1], "it stays gone"

    code, out = update(archive(tmp_path / "september.warc.gz", "2020-09-05", page("Recorded Sessions"), end="stopped"))
    assert code == 0
    assert f"  + {RECORDED}  “Recorded Sessions” It is back; it was removed: {reason}" in out
    live = open_current(Path("index"))
    assert (len(live.lines()), live.ledger.tombstones) == (3, ())


@pytest.mark.parametrize(
    ("end", "choice", "of"),
    [
        ("known-page", None, 2),
        ("stopped", None, 2),
        ("last-page", Filter("topic", "Alliance", "17"), 2),
        ("last-page", None, 3),
    ],
    ids=["met what was known", "broke off", "of one topic", "one of its pages is in no archive"],
)
def test_a_walk_that_is_not_complete_or_not_of_the_whole_list_removes_nothing(
    tmp_path: Path, update: Update, end: WalkEnd, choice: Filter | None, of: int
) -> None:
    without = page("Alliance in Groups"), page("Courses on Empathy")
    code, out = update(archive(tmp_path / "august.warc.gz", "2020-08-05", *without, choice=choice, end=end, of=of))
    assert code == 0
    assert "Digests: 0 added, 0 changed, 0 removed, 3 unchanged." in out
    assert RECORDED in open_current(Path("index")).lines()
