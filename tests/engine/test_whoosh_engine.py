"""What only a Whoosh index can do: deleted documents and several segments. They must not show through the engine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from whoosh import index as whoosh_index

from indexer.documents import make_documents
from indexer.engines.whoosh_engine import INDEX_NAME, WhooshEngine, WhooshWriter
from indexer.errors import IndexDamagedError
from indexer.generations import Generation
from indexer.model import Article, Assignment

ARTICLES = [
    Article("old", "Old grief", "2013-01", 2013, summary=("grief grief",), topics=(Assignment("grief", "page"),)),
    Article("gone", "Gone", "2018-03", 2018, summary=("obsolete grief",), topics=(Assignment("leaving", "page"),)),
    Article("mid", "Mid grief", "2018-03", 2018, summary=("work",)),
]
ADDED = [Article("new", "New grief", "2021-04", 2021)]


def write(articles: Sequence[Article], folder: Path) -> whoosh_index.FileIndex:
    folder.mkdir()
    with WhooshWriter(folder) as writer:
        for document in make_documents(articles):
            writer.add(document)
    return whoosh_index.open_dir(str(folder), indexname=INDEX_NAME)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    """One document deleted, and a newer one in a segment of its own."""
    index, added = write(ARTICLES, tmp_path / "index"), write(ADDED, tmp_path / "added")
    writer = index.writer()
    writer.delete_by_term("doc_id", "gone")
    with added.reader() as reader:
        writer.add_reader(reader)
    writer.commit(merge=False)
    opened = WhooshEngine(tmp_path / "index")
    yield opened
    opened.close()


def test_ordinals_count_live_documents_only_newest_first_over_all_segments(engine: WhooshEngine) -> None:
    assert list(engine.doc_ids) == ["new", "mid", "old"]
    assert list(engine.months) == ["2021-04", "2018-03", "2013-01"]


def test_terms_that_only_a_deleted_document_holds_are_gone(engine: WhooshEngine) -> None:
    assert list(engine.terms("summary")) == ["grief", "work"]
    assert list(engine.terms("title")) == ["grief", "mid", "new", "old"]
    assert list(engine.terms("topic")) == ["grief"]
    assert list(engine.terms("year")) == ["2013", "2018", "2021"]


def test_postings_and_positions_skip_a_deleted_document_and_follow_the_ordinals(engine: WhooshEngine) -> None:
    assert engine.postings("title", "grief").docs.tolist() == [0, 1, 2]
    assert engine.postings("summary", "grief").docs.tolist() == [2]
    assert engine.postings("summary", "grief").frequencies.tolist() == [2]
    assert engine.postings("summary", "obsolet").docs.tolist() == []
    positions = engine.positions("title", "grief")
    assert (positions.docs.tolist(), positions.offsets.tolist(), positions.places.tolist()) == (
        [0, 1, 2],
        [0, 1, 2, 3],
        [1, 1, 1],
    )


def test_lengths_and_texts_follow_the_ordinals(engine: WhooshEngine) -> None:
    assert engine.lengths("title").tolist() == [2, 2, 2]
    assert engine.lengths("summary").tolist() == [0, 1, 2]
    assert [engine.text(doc, "title") for doc in range(3)] == ["New grief", "Mid grief", "Old grief"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves its file open then
def test_a_damaged_file_is_reported_as_damage(build: Callable[[Sequence[Article]], Generation]) -> None:
    folder = build(ARTICLES).folder / "whoosh"
    for path in folder.iterdir():
        path.write_bytes(b"\x80\x04nonsense")
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        WhooshEngine(folder)
    gc.collect()
