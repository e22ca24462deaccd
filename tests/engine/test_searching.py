"""Requests that are worked out by hand over five digests: phrases, notices, odd filters, many threads at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.engines import ENGINES
from indexer.errors import ConfigError
from indexer.model import Article, Assignment, Citation, SearchRequest
from indexer.search import Searcher
from indexer.synonyms import Expansion, Synonyms

ARTICLES = [
    Article("working", "The Working Alliance", "2018-03", 2018, summary=("It is working.", "Alliance again, working.")),
    Article("apart", "Working", "2018-02", 2018, summary=("Alliance of the working kind.",)),
    Article(
        "cited",
        "Cited",
        "2017-10",
        2017,
        citation=Citation("Del Re, A. C. (2011). On working. Psychotherapy Research.", ("Del Re, A. C.", "Smith, J.")),
        topics=(Assignment("alliance", "page"),),
        research_type=Assignment("meta-analysis", "page"),
    ),
    Article("telehealth", "Video therapy", "2017-09", 2017, summary=("Remote sessions.",)),
    Article("undated", "Working alliance again", summary=("Undated.",)),
]
SYNONYMS = Synonyms({("tele",): (Expansion(("video", "therapi"), "video therapy", 0.5),)})


@pytest.fixture(scope="module", params=ENGINES)
def searcher(request: pytest.FixtureRequest, searcher_over: Callable[..., Searcher]) -> Searcher:
    return searcher_over(ARTICLES, SYNONYMS, engine=request.param)


def found(searcher: Searcher, text: str, **wanted: object) -> list[str]:
    return [hit.doc_id for hit in searcher.search(SearchRequest(text, sort="newest", **wanted)).hits]


def notices(searcher: Searcher, request: SearchRequest) -> list[str]:
    return [notice.message for notice in searcher.search(request).notices]


# --- phrases ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "doc_ids"),
    [
        ('"working alliance"', ["working", "undated"]),
        ('"Alliances WORKING"', []),  # across "again," or a paragraph, never
        ('"alliance again"', ["working", "undated"]),
        ('"alliance again working"', ["working"]),
        ('"the working alliance"', ["working"]),  # question words count in a phrase
        ('"of the working"', ["apart"]),
        ('"working working"', []),
        ('"is working alliance"', []),  # a paragraph lies between
        ('title:"working alliance"', ["working", "undated"]),
        ('alliance -"working alliance"', ["apart"]),
        ("on-working", ["working", "apart", "cited", "undated"]),
        ('"on-working"', ["cited"]),
        ('author:"Del Re"', ["cited"]),
        ('author:"Re Smith"', []),  # two people
        ('author:"Del Smith"', []),
        ("author:smith -journal:research", ["cited"]),
        ("-working", ["telehealth"]),
    ],
)
def test_a_phrase_is_found_where_its_words_follow_each_other_in_one_paragraph(
    searcher: Searcher, text: str, doc_ids: list[str]
) -> None:
    assert found(searcher, text) == doc_ids


def test_a_synonym_of_several_words_is_found_as_a_phrase_and_counts_as_the_typed_word(searcher: Searcher) -> None:
    results = searcher.search(SearchRequest("tele sessions"))
    assert [(hit.doc_id, hit.missing) for hit in results.hits] == [("telehealth", ())]
    assert [notice.message for notice in results.notices] == ["Also searched, at a lower weight: video therapy."]
    assert [fragment.text for fragment in results.hits[0].title if fragment.marked] == ["Video therapy"]


def test_a_hit_lists_the_words_it_lacks_as_typed_each_once(searcher: Searcher) -> None:
    results = searcher.search(SearchRequest('Remote alliance "video therapy" OR zzz alliances'))
    assert [(hit.doc_id, hit.missing) for hit in results.hits] == [("telehealth", ("alliance",))]
    assert results.words == ("Remote", "alliance", "video therapy OR zzz")
    assert (results.total, results.total_all_words) == (1, 0)


# --- browsing, filters and their notices ------------------------------------------------------------------------------


def test_without_words_every_digest_is_listed_newest_first_with_score_0(searcher: Searcher) -> None:
    results = searcher.search(SearchRequest("?!"))
    assert [hit.doc_id for hit in results.hits] == ["working", "apart", "cited", "telehealth", "undated"]
    assert {hit.score for hit in results.hits} == {0.0}
    assert results.total == results.total_all_words == 5
    assert {hit.missing for hit in results.hits} == {()}


def test_years_the_wrong_way_round_are_swapped_and_said(searcher: Searcher) -> None:
    request = SearchRequest(year_from=2018, year_to=2017)
    assert searcher.search(request).total == 4
    assert notices(searcher, request) == ["The years were the wrong way round; 2017 to 2018 is shown."]


@pytest.mark.parametrize(
    ("low", "high", "total"), [(2018, None, 2), (None, 2017, 2), (1900, 2999, 4), (2019, 2025, 0), (None, None, 5)]
)
def test_a_range_of_years_is_inclusive_and_leaves_out_the_undated(
    searcher: Searcher, low: int | None, high: int | None, total: int
) -> None:
    assert searcher.search(SearchRequest(year_from=low, year_to=high)).total == total


def test_an_unknown_filter_value_is_ignored_and_named_with_what_was_probably_meant(searcher: Searcher) -> None:
    request = SearchRequest(topics=("aliance", "alliance"), types=("x" * 1_000,))
    assert [hit.doc_id for hit in searcher.search(request).hits] == ["cited"]
    topic, kind = notices(searcher, request)
    assert topic == "There is no topic 'aliance' in this index; the filter was ignored. Did you mean 'alliance'?"
    assert "x" * 60 in kind and "x" * 61 not in kind


def test_past_the_last_page_there_are_no_hits_but_all_counts(searcher: Searcher) -> None:
    results = searcher.search(SearchRequest("working", page=50, size=2))
    assert (results.hits, results.total, results.pages) == ((), 4, 2)


def test_an_unknown_profile_is_refused_with_the_known_ones(searcher: Searcher) -> None:
    with pytest.raises(ConfigError, match="Known ones: default, plain"):
        searcher.search(SearchRequest("working", profile="best"))


def test_eight_threads_get_the_same_results_as_one(searcher: Searcher) -> None:
    texts = ["working alliance", '"working alliance" OR video', "tele -again", "author:smith", "title:working", ""]
    requests = [SearchRequest(text, size=size) for text in texts for size in (1, 10)]
    expected = [searcher.search(request) for request in requests]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(searcher.search, requests * 20)) == expected * 20
