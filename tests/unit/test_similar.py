"""More like this: what two digests share, how much that weighs, and what is never given as a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.engines import ENGINES
from indexer.errors import NotFoundError
from indexer.model import Article, Assignment
from indexer.search import Searcher
from indexer.similar import Related


def article(doc_id: str, title: str, summary: str, month: str | None = None, *topics: str) -> Article:
    assigned = tuple(Assignment(topic, "page") for topic in topics)
    return Article(doc_id, title, month, int(month[:4]) if month else None, summary=(summary,), topics=assigned)


# Every digest has four words, so no length counts: a word that stands once has sat 1 / (1 + 1.5) = .4, twice 2 / 3.5.
SOURCE = article("source", "Grief", "video video mourning", "2020-07", "loss")
WORDS = article("words", "Death", "mourning video grief", "2018-03")
TOPIC = article("topic", "Snow", "rain hail sleet", "2018-01", "loss")
ONE_WORD = article("one-word", "Sleep", "apnea video mask", "2017-10")


@pytest.fixture(scope="module", params=ENGINES)
def over(request: pytest.FixtureRequest, searcher_over: Callable[..., Searcher]) -> Callable[..., Searcher]:
    """Return a function: articles -> a searcher over them, with each engine in turn."""
    return lambda *articles: searcher_over(articles, engine=request.param)


def test_shared_words_and_topics_weigh_as_reckoned_by_hand(over: Callable[..., Searcher]) -> None:
    found = over(SOURCE, WORDS, TOPIC, ONE_WORD).more_like("source")
    # idf of what 2 of 4 digests have: ln(1 + 2.5 / 2.5) = .693147; of "video", in 3 of 4: ln(1 + 1.5 / 3.5) = .356675.
    # topic: .693147.   words: 2 x .693147 x .4 x .4 + .356675 x .571429 x .4 = .303333
    assert found == [
        Related("topic", 0.693147, ("loss",), ()),
        Related("words", 0.303333, (), ("grief", "mourning", "video")),
    ]


def test_a_longer_text_counts_less(over: Callable[..., Searcher]) -> None:
    long = article("long", "Death", "mourning video grief rain hail sleet snow frost", "2017-10")
    found = over(SOURCE, WORDS, long).more_like("source")
    assert [related.doc_id for related in found] == ["words", "long"]
    assert found[0].words == found[1].words


def test_digests_of_the_same_month_are_left_out_but_not_those_that_lack_a_month_too(
    over: Callable[..., Searcher],
) -> None:
    sibling = article("sibling", "Death", "mourning video grief", "2020-07")
    assert [related.doc_id for related in over(SOURCE, sibling, WORDS).more_like("source")] == ["words"]
    undated = [article(name, "Death", "mourning video grief") for name in ("a", "b")]
    assert [related.doc_id for related in over(*undated).more_like("a")] == ["b"]


def test_equal_scores_stand_newest_first_then_by_id_and_no_more_come_than_asked_for(
    over: Callable[..., Searcher],
) -> None:
    months = {"b": "2018-01", "a": "2018-01", "c": "2019-01"}
    twins = [article(name, "Death", "mourning video grief", month) for name, month in months.items()]
    searcher = over(SOURCE, *twins)
    assert [related.doc_id for related in searcher.more_like("source")] == ["c", "a", "b"]
    assert [related.doc_id for related in searcher.more_like("source", 2)] == ["c", "a"]


def test_two_words_are_no_relation_three_are(over: Callable[..., Searcher]) -> None:
    two = article("two", "Sleep", "apnea video grief", "2017-10")
    assert [related.doc_id for related in over(SOURCE, two, WORDS).more_like("source")] == ["words"]


def test_the_miscellaneous_topic_and_words_of_any_prose_are_no_reason(over: Callable[..., Searcher]) -> None:
    one = article("one", "Although", "several three whether about", "2020-07", "miscellaneous")
    other = article("other", "Although", "several three whether about", "2018-07", "miscellaneous")
    assert over(one, other).more_like("one") == []


def test_reasons_are_shown_as_the_digest_itself_writes_them(over: Callable[..., Searcher]) -> None:
    here = article("here", "Mentalizing", "CBT helps. The client’s Mentalizing is mentalizing.", "2020-07")
    there = article("there", "CBT", "mentalize client helping", "2018-07")
    (found,) = over(here, there).more_like("here")
    assert set(found.words) == {"mentalizing", "CBT", "helps", "client"}


def test_the_reference_is_no_subject_and_an_empty_digest_has_no_relation(over: Callable[..., Searcher]) -> None:
    empty = Article("empty", "", "2019-01", 2019)
    assert over(SOURCE, WORDS, empty).more_like("empty") == []


def test_an_unknown_digest_is_not_found(over: Callable[..., Searcher]) -> None:
    with pytest.raises(NotFoundError, match="nothing"):
        over(SOURCE).more_like("nothing")
