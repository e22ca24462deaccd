"""A mistyped question: what is searched instead, what is offered, and that a known word never starts any of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from plain_ranking import NO_SYNONYMS, PLAIN

from indexer.engines import ENGINES
from indexer.model import Article, Assignment, Citation, Results, SearchRequest, Suggestion
from indexer.ranking import Profile
from indexer.search import Searcher

ALLIANCE = (Assignment("alliance", "page"),)
ARTICLES = [
    Article("both", "The therapeutic alliance", "2018-03", 2018, topics=ALLIANCE),
    Article("one", "An alliance", "2018-02", 2018, topics=ALLIANCE),
    Article("other", "A therapeutic factor", "2018-01", 2018),
    Article(
        "cited",
        "Cited",
        "2017-01",
        2017,
        citation=Citation("Flückiger, C. (2018). How strong is it? Psychotherapy.", ("Flückiger, C.",)),
    ),
]
GUESSING = Profile("guessing", {**PLAIN.weights, "spelling_weight": 0.5})


@pytest.fixture(scope="module", params=ENGINES)
def searcher(request: pytest.FixtureRequest, searcher_over: Callable[..., Searcher]) -> Searcher:
    return searcher_over(ARTICLES, NO_SYNONYMS, (GUESSING, PLAIN), request.param)


def ids(results: Results) -> list[str]:
    return [hit.doc_id for hit in results.hits]


def test_mistyped_words_are_searched_at_the_weight_and_the_whole_question_is_offered(searcher: Searcher) -> None:
    typed = searcher.search(SearchRequest("theraputic aliance"))
    meant = searcher.search(SearchRequest("therapeutic alliance"))
    assert ids(typed) == ids(meant) == ["both", "one", "other"]
    assert [hit.score for hit in typed.hits] == pytest.approx([hit.score / 2 for hit in meant.hits], abs=1e-6)
    assert (typed.total, typed.total_all_words, typed.words) == (3, 1, ("theraputic", "aliance"))
    assert typed.did_you_mean == Suggestion("therapeutic alliance", 3)
    assert [notice.message for notice in typed.notices] == [
        "“theraputic” is not in the digests; “therapeutic” was searched instead, at a lower weight.",
        "“aliance” is not in the digests; “alliance” was searched instead, at a lower weight.",
    ]
    assert meant.did_you_mean is None and not meant.notices


def test_what_was_searched_is_marked_and_explained(searcher: Searcher) -> None:
    (hit,) = searcher.search(SearchRequest("aliance", size=1)).hits
    assert [fragment.text for fragment in hit.title if fragment.marked] == ["alliance"]
    (title,) = searcher.mark_words(["An alliance"], "title", SearchRequest("aliance"))
    assert [fragment.text for fragment in title if fragment.marked] == ["alliance"]
    assert searcher.explain("one", SearchRequest("aliance")).rank is not None


def test_the_count_of_what_is_offered_is_what_a_click_shows_under_the_same_filters(searcher: Searcher) -> None:
    for filters in (
        {"topics": ("alliance",)},
        {"year_to": 2017},
        {"match": "all"},
        {"topics": ("alliance",), "page": 9},
    ):
        offered = searcher.search(SearchRequest("theraputic aliance", **filters)).did_you_mean
        total = searcher.search(SearchRequest("therapeutic alliance", **filters)).total
        assert offered == (Suggestion("therapeutic alliance", total) if total else None)


def test_a_profile_with_weight_0_offers_and_does_not_search(searcher: Searcher) -> None:
    results = searcher.search(SearchRequest("theraputic", profile="plain"))
    assert (results.total, results.notices) == (0, ())
    assert results.did_you_mean == Suggestion("therapeutic", 2)


@pytest.mark.parametrize(
    ("typed", "meant", "total"),
    [
        ('"theraputic alliance"', '"therapeutic alliance"', 1),
        ("title:aliance", "title:alliance", 2),
        ("author:flukiger", "author:Flückiger", 1),
        ("aliance -therapeutic", "alliance -therapeutic", 1),
    ],
)
def test_quoted_and_prefixed_words_are_offered_and_mean_what_they_say(
    searcher: Searcher, typed: str, meant: str, total: int
) -> None:
    results = searcher.search(SearchRequest(typed))
    assert results.did_you_mean == Suggestion(meant, total)
    assert results.total == (1 if typed.startswith("aliance") else 0)


@pytest.mark.parametrize(
    "text",
    ["", "alliance", "alliances factors", '"alliance therapeutic"', "alliance -alliance", "qqqqqq", "title:cited 2"],
)
def test_known_words_and_garbage_get_no_offer(searcher: Searcher, text: str) -> None:
    assert searcher.search(SearchRequest(text)).did_you_mean is None


def test_the_texts_are_not_read_for_questions_of_known_words(searcher_over: Callable[..., Searcher]) -> None:
    searcher = searcher_over(ARTICLES, NO_SYNONYMS, (GUESSING,), "compiled")
    searcher.search(SearchRequest("therapeutic alliance"))
    assert "lexicon" not in vars(searcher._speller)
    searcher.search(SearchRequest("theraputic alliance"))
    assert "lexicon" in vars(searcher._speller)
