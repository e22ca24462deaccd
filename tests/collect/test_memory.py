"""What earlier runs saw, and what follows from it for the next one."""

from __future__ import annotations

from indexer.collecting.memory import Memory
from indexer.model import Filter, Walk, WalkEnd

TRAINING = Filter("topic", "Training", "12")


def walk(end: WalkEnd, articles: str, walked: Filter | None = TRAINING) -> Walk:
    pages = tuple(f"{number:064}" for number in range(len(articles)))
    return Walk("a.warc.gz#0", walked, end, "2026-11-22T10:00:00Z", pages, tuple(articles))


def test_what_is_known_of_a_list_are_the_digests_of_its_walks_that_reached_an_end() -> None:
    memory = Memory(walks=[walk("last-page", "ab"), walk("known-page", "cb"), walk("stopped", "x")])
    assert memory.known_articles(TRAINING) == {"a", "b", "c"}
    assert memory.known_articles(None) == set()


def test_nothing_is_known_of_a_list_whose_last_page_nobody_has_seen() -> None:
    memory = Memory(walks=[walk("known-page", "ab"), walk("stopped", "cd"), walk("last-page", "ab", None)])
    assert memory.known_articles(TRAINING) == set()


def test_a_list_whose_label_the_blog_mended_is_still_the_same_list() -> None:
    memory = Memory(walks=[walk("last-page", "ab", Filter("topic", "Trainning", "12"))])
    assert memory.known_articles(TRAINING) == {"a", "b"}


def test_as_many_pages_are_expected_as_the_last_whole_walk_had_and_one_past_the_end() -> None:
    memory = Memory(walks=[walk("last-page", "abcdef"), walk("last-page", "abc"), walk("known-page", "d")])
    assert memory.expected_pages(TRAINING, to_the_end=True) == 4
    assert memory.expected_pages(TRAINING, to_the_end=False) == 1
    assert memory.expected_pages(None, to_the_end=False) == 2
