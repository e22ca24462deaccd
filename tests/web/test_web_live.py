"""The holder of the open index: a new generation is picked up, nothing is lost on the way."""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from damage import cut
from hand_made_pages import PAGES, build_pages, write_pages

from indexer import Config, IndexMissingError, SearchRequest
from indexer.writing import recompile
from webui.live import LiveIndex

ALL = SearchRequest()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "saved"


@pytest.fixture
def index(own_config: Config, saved: Path) -> LiveIndex:
    """An index of one month."""
    build_pages(own_config, write_pages(saved, {"May 2022": PAGES["May 2022"]}))
    return LiveIndex(own_config)


def n_found(index: LiveIndex) -> int:
    return index.current().searcher.search(ALL).total


def test_while_nothing_changes_the_same_generation_is_given(index: LiveIndex) -> None:
    assert index.current() is index.current()


def test_a_new_generation_is_given_to_the_next_who_asks(index: LiveIndex, own_config: Config, saved: Path) -> None:
    before = index.current()
    assert before.n_digests == 2
    build_pages(own_config, write_pages(saved, PAGES))
    assert index.current().n_digests == n_found(index) == 14
    assert before.searcher.search(ALL).total == 2  # who still holds the old one is not disturbed


def test_a_folder_that_was_removed_and_made_anew_is_noticed_although_names_repeat(
    index: LiveIndex, own_config: Config, saved: Path
) -> None:
    name = index.current().searcher.generation.name
    shutil.rmtree(own_config.index)
    build_pages(own_config, write_pages(saved, PAGES))
    assert index.current().searcher.generation.name == name
    assert n_found(index) == 14


def test_arrays_that_were_mended_are_read_by_the_next_who_asks(index: LiveIndex, own_config: Config) -> None:
    (arrays,) = (own_config.index / "generations").glob("*/compiled.arrays")
    content = arrays.read_bytes()
    cut(arrays)
    damaged = index.current()
    assert (damaged.searcher.engine_name, n_found(index)) == ("whoosh", 2)
    recompile(own_config.index)
    assert arrays.read_bytes() == content
    assert (index.current().searcher.engine_name, n_found(index)) == ("compiled", 2)
    assert damaged.searcher.search(ALL).total == 2


def test_a_removed_folder_is_an_error_until_it_is_back(index: LiveIndex, own_config: Config, saved: Path) -> None:
    assert n_found(index) == 2
    shutil.rmtree(own_config.index)
    for _ in range(2):
        with pytest.raises(IndexMissingError):
            index.current()
    build_pages(own_config, saved)
    assert n_found(index) == 2


def test_a_new_generation_that_is_damaged_leaves_the_old_one_serving_and_is_logged_once(
    index: LiveIndex, own_config: Config, saved: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = index.current()
    build_pages(own_config, write_pages(saved, PAGES))
    newest = max((own_config.index / "generations").iterdir())
    records = newest / "articles.jsonl"
    content = records.read_bytes()
    records.write_bytes(b"")
    with caplog.at_level(logging.ERROR):
        assert index.current() is index.current() is old
    assert len(caplog.records) == 1 and "articles.jsonl" in caplog.text
    records.write_bytes(content)
    build_pages(own_config, saved)
    assert n_found(index) == 14


def test_readers_are_served_by_several_threads_while_generations_change(
    index: LiveIndex, own_config: Config, saved: Path
) -> None:
    config = replace(own_config, keep_generations=2)
    totals: set[int] = set()
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                live = index.current()
                total = live.searcher.search(ALL).total
                assert total == live.n_digests
                totals.add(total)
        except Exception as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for pages in (PAGES, {"May 2022": PAGES["May 2022"]}, PAGES):
        shutil.rmtree(saved)
        build_pages(config, write_pages(saved, pages))
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert totals <= {2, 14}
    assert n_found(index) == 14
