"""The ledger: which digests are gone by whose word, what brings them back, and which captures are set aside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.errors import IndexDamagedError
from indexer.ledger import Ledger, SetAside, Tombstone, bury, gone_by_walks, read_ledger, render_ledger
from indexer.model import Article, Capture, Filter, Page, Walk, WalkEnd

JUNE, JULY, AUGUST = (f"2020-{month}-03T00:00:00Z" for month in ("06", "07", "08"))


def _article(doc_id: str, *captures: tuple[str, str | None], former_ids: tuple[str, ...] = ()) -> Article:
    """An article on captures of (sha256, fetched_at)."""
    seen = tuple(Capture(f"{sha256}.html", sha256, None, fetched_at) for sha256, fetched_at in captures)
    return Article(doc_id, doc_id.title(), "2020-01", 2020, captures=seen, former_ids=former_ids)


def _walk(*sha256s: str, at: str = JULY, end: WalkEnd = "last-page", choice: Filter | None = None) -> Walk:
    return Walk("walk.warc.gz", choice, end, at, sha256s)


def _stone(doc_id: str, *former_ids: str, by: str = "librarian") -> Tombstone:
    return Tombstone(doc_id, "Title", "2020-01", former_ids, "Withdrawn.", JUNE, by)  # type: ignore[arg-type]


# --- gone by a walk --------------------------------------------------------------------------------------------------


def test_gone_is_what_the_newest_complete_walk_of_the_whole_list_lacks() -> None:
    articles = [
        _article("a", ("old", JUNE)),
        _article("b", ("old", JUNE), ("new", JULY)),
        _article("c", ("plain", None)),
    ]
    found = gone_by_walks(articles, [_walk("new")], ["old", "new", "plain"])
    assert sorted(found) == ["a", "c"]


@pytest.mark.parametrize(
    "walk",
    [
        _walk("new", end="known-page"),
        _walk("new", end="stopped"),
        _walk("new", choice=Filter("topic", "Alliance", "17")),
        _walk("new", "lost"),
    ],
    ids=["met what was known", "broke off", "filtered", "a page of it is not among the captures"],
)
def test_any_other_walk_proves_nothing(walk: Walk) -> None:
    assert gone_by_walks([_article("a", ("old", JUNE))], [walk], ["old", "new"]) == {}


def test_a_capture_newer_than_the_walk_keeps_a_digest_and_so_does_a_newer_walk() -> None:
    article = _article("a", ("old", JUNE), ("later", AUGUST))
    assert gone_by_walks([article], [_walk("new")], ["old", "new", "later"]) == {}
    newer = _walk("old", at=AUGUST)
    assert gone_by_walks([_article("a", ("old", JUNE))], [newer, _walk("new")], ["old", "new"]) == {}
    assert gone_by_walks([_article("a", ("old", JUNE))], [_walk("new", at=AUGUST), _walk("old")], ["old", "new"])


def test_records_without_captures_are_never_gone_by_a_walk() -> None:
    assert gone_by_walks([_article("a")], [_walk("new")], ["new"]) == {}


def test_what_a_walk_lacks_gets_a_tombstone_and_loses_it_when_it_is_seen_again() -> None:
    old = _article("a", ("old", JUNE), former_ids=("a-before",))
    gone, ledger = bury([old], [_walk("new")], ["old", "new"], Ledger())
    assert gone == {"a"}
    reason = "The walk of the whole list of 2020-07-03 did not find it on the blog any more."
    assert ledger.tombstones == (Tombstone("a", "A", "2020-01", ("a-before",), reason, JULY, "walk"),)
    back = _article("a", ("later", AUGUST), ("old", JUNE))
    assert bury([back], [_walk("new")], ["old", "new", "later"], ledger) == (frozenset(), Ledger())


# --- gone by a librarian's word --------------------------------------------------------------------------------------


def test_what_a_librarian_removed_stays_removed_and_its_tombstone_follows_its_id() -> None:
    before = Ledger((_stone("a"),))
    gone, ledger = bury(
        [_article("a2", ("new", AUGUST), former_ids=("a",)), _article("b", ("new", JULY))], [], [], before
    )
    assert gone == {"a2"}
    stone = ledger.tombstone("a")
    assert stone is not None
    assert stone == ledger.tombstone("a2")
    assert (stone.doc_id, stone.title, stone.former_ids) == ("a2", "A2", ("a",))
    assert (stone.reason, stone.at, stone.by) == ("Withdrawn.", JUNE, "librarian")
    assert ledger.tombstone("b") is None


@pytest.mark.parametrize("by", ["librarian", "walk"])
def test_a_tombstone_whose_digest_has_no_capture_left_stays(by: str) -> None:
    before = Ledger((_stone("a", by=by),))
    assert bury([_article("b", ("new", JULY))], [], [], before) == (frozenset(), before)


def test_a_tombstone_can_be_taken_away_by_any_of_its_ids() -> None:
    ledger = Ledger((_stone("c"),)).with_tombstone(_stone("a", "a-before"))
    assert [stone.doc_id for stone in ledger.tombstones] == ["a", "c"]
    assert ledger.without_tombstone("a-before") == Ledger((_stone("c"),))
    assert ledger.without_tombstone("nowhere") == ledger


# --- set aside -------------------------------------------------------------------------------------------------------


def test_a_capture_is_set_aside_by_its_path_and_bytes_and_an_archive_with_its_walks() -> None:
    aside = (SetAside("a.html", "1", "000002", JULY), SetAside("walk.warc.gz#90", "2", "000002", JULY))
    ledger = Ledger(set_aside=aside)
    assert ledger.is_set_aside(Page("a.html", "html", b"", "1"))
    assert not ledger.is_set_aside(Page("a.html", "html", b"", "3")), "other bytes came under its name"
    assert not ledger.is_set_aside(Page("b.html", "html", b"", "1")), "another capture of the same bytes"
    assert ledger.is_set_aside(_walk("new"))
    assert ledger.take_back(["a.html"]) == Ledger(set_aside=aside[1:])
    assert ledger.take_back(["walk.warc.gz"]) == Ledger(set_aside=aside[:1])
    assert ledger.take_back(["c.html"]) == ledger


# --- on disk ---------------------------------------------------------------------------------------------------------


def test_a_ledger_is_read_as_it_was_written(tmp_path: Path) -> None:
    ledger = Ledger((_stone("a", "b"),), (SetAside("a.html", "1", "000002", JULY),))
    (tmp_path / "ledger.json").write_text(json.dumps(render_ledger(ledger)), encoding="utf-8")
    assert read_ledger(tmp_path) == ledger


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"tombstones": [{}], "set_aside": []}', "[" * 100_000])
def test_a_damaged_ledger_is_refused_by_name(content: str, tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text(content, encoding="utf-8")
    with pytest.raises(IndexDamagedError, match=r"ledger\.json is missing or damaged"):
        read_ledger(tmp_path)
