"""Suggestions while a reader types: what comes, in which order, and that it is made of the digests alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.engines import ENGINES
from indexer.model import Article, Assignment
from indexer.search import Searcher
from indexer.suggesting import MAX_ITEMS, Completion

TITLES = {
    "2021-01-a": "Therapists and the Alliance",
    "2020-01-b": "Repairing an Alliance Rupture",
    "2019-01-c": "Flückiger’s naïve Alliances",
    "2018-01-d": "The Rupture of Trust in Video Therapy",
}
TOPICS = {"2021-01-a": ["training"], "2020-01-b": ["alliance"], "2019-01-c": ["alliance"]}


def digest(doc_id: str, title: str, topics: list[str], summary: str = "Therapies for therapists.") -> Article:
    assigned = tuple(Assignment(topic, "page") for topic in topics)
    return Article(doc_id, title, doc_id[:7], int(doc_id[:4]), summary=(summary,), topics=assigned)


@pytest.fixture(scope="module", params=ENGINES)
def searcher(request: pytest.FixtureRequest, searcher_over: Callable[..., Searcher]) -> Searcher:
    articles = [digest(doc_id, title, TOPICS.get(doc_id, [])) for doc_id, title in TITLES.items()]
    return searcher_over(articles, engine=request.param)


def shown(searcher: Searcher, typed: str, kind: str) -> list[str]:
    return [completion.text for completion in searcher.suggest(typed) if completion.kind == kind]


def test_topics_come_first_then_titles_newest_first_then_words(searcher: Searcher) -> None:
    assert searcher.suggest("alli") == [
        Completion("topic", "Therapeutic Alliance", "alliance", count=2),
        Completion("title", TITLES["2021-01-a"], "2021-01-a", month="2021-01"),
        Completion("title", TITLES["2020-01-b"], "2020-01-b", month="2020-01"),
        Completion("title", TITLES["2019-01-c"], "2019-01-c", month="2019-01"),
        Completion("term", "Alliance"),
    ]


def test_topics_of_more_digests_come_first(searcher: Searcher) -> None:
    assert shown(searcher, "t", "topic") == ["Therapeutic Alliance", "Training"]  # 2 digests, 1 digest


@pytest.mark.parametrize("typed", ["fluck", "FLÜCK", "flückiger's", "naive ALLI", "alliances naï"])
def test_case_accents_apostrophes_and_the_order_of_words_do_not_matter(searcher: Searcher, typed: str) -> None:
    assert TITLES["2019-01-c"] in shown(searcher, typed, "title")


def test_every_word_must_stand_in_a_title_and_only_the_last_may_be_a_beginning(searcher: Searcher) -> None:
    assert shown(searcher, "rupture tru", "title") == [TITLES["2018-01-d"]]
    assert shown(searcher, "rup trust", "title") == []
    assert shown(searcher, "alliance rupture ther", "title") == []  # two titles have each two of the three
    assert shown(searcher, "zzz alli", "topic") == []
    assert shown(searcher, "rupture zzz", "title") == shown(searcher, "zzz rup", "title") == []


def test_a_small_word_may_be_typed_but_begins_no_suggestion(searcher: Searcher) -> None:
    assert shown(searcher, "the rup", "title") == [TITLES["2018-01-d"]]
    assert TITLES["2020-01-b"] not in shown(searcher, "an", "title")  # "an Alliance Rupture"
    assert shown(searcher, "an", "term") == []


def test_words_complete_the_question_and_are_words_not_stems(searcher: Searcher) -> None:
    # each in four digests, so by the alphabet; "therapy" has the stem of "therapies"
    assert shown(searcher, "video ther", "term") == ["video Therapies", "video therapists"]
    assert shown(searcher, '-title:"rup', "term") == ['-title:"Rupture']


def test_of_the_forms_of_a_word_one_is_shown_and_none_when_the_word_is_whole(searcher: Searcher) -> None:
    assert shown(searcher, "alliance", "term") == []
    assert "Alliances" not in shown(searcher, "al", "term")


def test_behind_a_blank_no_word_is_completed(searcher: Searcher) -> None:
    assert shown(searcher, "video ", "term") == []
    assert shown(searcher, "video ", "title") == [TITLES["2018-01-d"]]


@pytest.mark.parametrize("typed", ["", "   ", '"', "…", "-", "\x00", "\ud800"])
def test_without_a_word_nothing_is_suggested(searcher: Searcher, typed: str) -> None:
    assert searcher.suggest(typed) == []


def test_a_very_long_text_is_answered_by_its_beginning(searcher: Searcher) -> None:
    assert searcher.suggest("alliance " * 50_000) == searcher.suggest("alliance " * 23)


@pytest.mark.parametrize("engine", ENGINES)
def test_never_more_than_eight_come_however_many_fit(searcher_over: Callable[..., Searcher], engine: str) -> None:
    words = [f"alpha{letter}" for letter in "abcdefghijklmnop"]
    articles = [digest(f"20{n:02d}-01-x", f"Alpha {word}", [word], word) for n, word in enumerate(words, 10)]
    found = searcher_over(articles, engine=engine).suggest("alph")
    assert [completion.kind for completion in found] == ["topic"] * 3 + ["title"] * 4 + ["term"]
    assert len(found) == MAX_ITEMS
    assert [completion.month for completion in found[3:7]] == ["2025-01", "2024-01", "2023-01", "2022-01"]
