"""The logic of one walk, without any network: where it goes, where it ends, and what that proves."""

from __future__ import annotations

import pytest

from indexer.collecting.walks import ListWalk, Seen, walks_of
from indexer.model import Filter

TRAINING = Filter("topic", "Training", "12")
SURVEYS = Filter("type", "Surveys", "3")
CHOICES = (TRAINING, SURVEYS)


def seen(articles: str, *proven: Filter, choices: tuple[Filter, ...] = CHOICES, in_doubt: bool = False) -> Seen:
    """A page with one digest a letter."""
    return Seen(f"page {articles}", tuple(articles), choices, proven, in_doubt)


def walked(walk: ListWalk, *pages: Seen) -> list[int | None]:
    """The numbers that a walk asked for."""
    asked = []
    for page in pages:
        assert walk.end is None
        asked.append(walk.number)
        walk.add(page)
    return asked


def test_pages_that_count_from_one_are_asked_for_in_order_and_number_one_is_not_counted_twice() -> None:
    walk = ListWalk(None)
    assert walked(walk, seen("ab"), seen("ab"), seen("cd"), seen("ab")) == [None, 1, 2, 3]
    assert (walk.end, walk.second) == ("last-page", 2)
    assert walk.pages == ["page ab", "page cd"]
    assert list(walk.articles) == ["a", "b", "c", "d"]


def test_pages_that_count_from_zero_are_asked_for_without_a_gap() -> None:
    walk = ListWalk(None)
    assert walked(walk, seen("ab"), seen("cd"), seen("e"), seen("ab")) == [None, 1, 2, 3]
    assert (walk.end, walk.second) == ("last-page", 1)
    assert walk.pages == ["page ab", "page cd", "page e"]


@pytest.mark.parametrize(("second", "asked"), [(1, [None, 1]), (2, [None, 2])])
def test_what_another_walk_found_out_about_the_numbers_is_used(second: int, asked: list[int | None]) -> None:
    walk = ListWalk(TRAINING, second=second)
    assert walked(walk, seen("ab", TRAINING), seen("ab", TRAINING)) == asked
    assert walk.end == "last-page"


def test_a_list_that_shifts_between_two_requests_is_walked_on() -> None:
    walk = ListWalk(None, second=2)
    walked(walk, seen("bc"), seen("cd"), seen("de"), seen("de"))
    assert (walk.end, list(walk.articles)) == ("last-page", ["b", "c", "d", "e"])


def test_a_page_of_another_filter_ends_the_walk_and_is_not_credited() -> None:
    for other in (seen("xy"), seen("xy", SURVEYS), seen("xy", TRAINING, SURVEYS), seen("xy", TRAINING, in_doubt=True)):
        walk = ListWalk(TRAINING, second=2)
        walked(walk, seen("ab", TRAINING), other)
        assert (walk.end, list(walk.articles)) == ("last-page", ["a", "b"])


def test_a_first_page_of_another_filter_proves_nothing() -> None:
    walk = ListWalk(TRAINING)
    walked(walk, seen("xy"))
    assert (walk.end, walk.pages) == ("stopped", [])


def test_a_page_without_the_filter_lists_of_the_blog_is_no_proof_of_an_end() -> None:
    for page in (seen("", choices=()), seen("xy", TRAINING, choices=())):
        walk = ListWalk(None, second=2)
        walked(walk, seen("ab"), page)
        assert walk.end == "stopped" and walk.reason


def test_a_blog_of_no_digests_at_all_is_not_believed_but_an_empty_topic_is() -> None:
    every, topic = ListWalk(None), ListWalk(TRAINING)
    walked(every, seen(""))
    walked(topic, seen("", TRAINING))
    assert (every.end, topic.end) == ("stopped", "last-page")


def test_a_walk_ends_at_the_first_page_on_which_all_is_known() -> None:
    walk = ListWalk(None, known="cdef", second=2)
    assert walked(walk, seen("abc"), seen("de")) == [None, 2]
    assert (walk.end, walk.pages) == ("known-page", ["page abc", "page de"])


def test_the_lists_are_those_that_the_page_links_to_each_once_and_all_digests_first() -> None:
    without_id = Filter("topic", "Nowhere")
    assert walks_of((SURVEYS, TRAINING, without_id, TRAINING)) == [None, TRAINING, SURVEYS]
