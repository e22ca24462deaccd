"""BM25F worked out by hand on three tiny documents; what matches; and the order of the best.

    doc 0  2018-03  title "Alliance"  summary "alliance alliance grief"
    doc 1  2018-02                    summary "grief work"
    doc 2  2018-01                    summary "work work work work"

With N = 3: idf of a term in 1 document  ln(1 + 2.5 / 1.5) = ln 2.666667 = 0.980829
                        in 2 documents   ln(1 + 1.5 / 2.5) = ln 1.6      = 0.470004
                        in 3 documents   ln(1 + 0.5 / 3.5) = ln 1.142857 = 0.133531
k1 = 1, a word of the title counts 2, others 1; no correction for length unless a test says so.
"""  # fmt: skip

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_ranking import PLAIN

from indexer import bitmap, scoring
from indexer.engines import open_engine
from indexer.engines.base import Engine
from indexer.generations import Generation
from indexer.kernel import best, keep
from indexer.model import Article
from indexer.query import Alternative, Clause, Query, parse_query
from indexer.ranking import Profile
from indexer.scoring import Matches, Scorer

DOCUMENTS = [
    Article("doc0", "Alliance", "2018-03", 2018, summary=("alliance alliance grief",)),
    Article("doc1", "", "2018-02", 2018, summary=("grief work",)),
    Article("doc2", "", "2018-01", 2018, summary=("work work work work",)),
]


@pytest.fixture(scope="module")
def engine(build: Callable[[Sequence[Article]], Generation]) -> Iterator[Engine]:
    opened = open_engine("whoosh", build(DOCUMENTS).folder)
    yield opened
    opened.close()


def weighing(**weights: float) -> Profile:
    return Profile("changed", {**PLAIN.weights, **weights})


def matched(matches: Matches) -> dict[int, float]:
    """Score by ordinal of what matches."""
    return dict(matches.best(matches.matched, 3))


def ask(engine: Engine, text: str, profile: Profile = PLAIN) -> dict[int, float]:
    return matched(Scorer(engine, profile).match(parse_query(text)))


# --- scores -----------------------------------------------------------------------------------------------------------


def test_occurrences_are_weighted_and_added_over_fields_before_they_saturate(engine: Engine) -> None:
    # doc 0: tf = 2 x 1 (title) + 1 x 2 (summary) = 4;  4 / (1 + 4) = 0.8;  0.8 x 0.980829 = 0.784663
    assert ask(engine, "alliance") == {0: 0.784663}


def test_a_word_counts_more_often_but_ever_less(engine: Engine) -> None:
    # doc 1: tf 1, 1/2 x 0.470004 = 0.235002;  doc 2: tf 4, 4/5 x 0.470004 = 0.376003
    assert ask(engine, "work") == {2: 0.376003, 1: 0.235002}


def test_a_text_longer_than_average_lowers_an_occurrence(engine: Engine) -> None:
    # summaries have 3, 2 and 4 words, 3 on average; with b = 0.5
    # doc 1: 1 / (0.5 + 0.5 x 2/3) = 1.2;       1.2 / 2.2           x 0.470004 = 0.256366
    # doc 2: 4 / (0.5 + 0.5 x 4/3) = 3.428571;  3.428571 / 4.428571 x 0.470004 = 0.363874
    assert ask(engine, "work", weighing(summary_b=0.5)) == {2: 0.363874, 1: 0.256366}


def test_the_average_length_is_over_all_documents_also_those_without_the_field(engine: Engine) -> None:
    # titles have 1, 0 and 0 words, 1/3 on average; with b = 0.5 the norm of doc 0 is 0.5 + 0.5 x 3 = 2
    # tf = 2 x 1 / 2 + 2 = 3;  3 / 4 x 0.980829 = 0.735622
    assert ask(engine, "alliance", weighing(title_b=0.5)) == {0: 0.735622}


def test_the_scores_of_words_are_added(engine: Engine) -> None:
    # grief is in 2 documents, once each: 0.235002; doc 1 has it and work once: 0.470004; doc 0 grief and alliance
    assert ask(engine, "grief work") == {1: 0.470004, 2: 0.376003, 0: 0.235002}
    assert ask(engine, "alliance grief") == {0: 1.019665, 1: 0.235002}


def test_a_word_typed_twice_weighs_twice(engine: Engine) -> None:
    # 2 x 0.8 x 0.4700036 = 0.7520058, and 2 x 0.5 x 0.4700036
    assert ask(engine, "work works") == {2: 0.752006, 1: 0.470004}


def test_words_typed_side_by_side_add_their_phrase_where_they_stand_side_by_side(engine: Engine) -> None:
    # "grief work" stands in doc 1 alone: idf = ln(1 + 2.5 / 1.5) = 0.980829, x 1 / 2 x weight 0.5 = 0.245207
    weighted = weighing(pair_weight=0.5)
    assert ask(engine, "grief work", weighted) == {1: 0.715211, 2: 0.376003, 0: 0.235002}
    assert ask(engine, "work grief", weighted) == {1: 0.470004, 2: 0.376003, 0: 0.235002}
    # a dropped word between them parts them, as does a quotation mark
    assert ask(engine, "grief of work", weighted)[1] == 0.470004


def test_k1_zero_makes_one_occurrence_as_good_as_many(engine: Engine) -> None:
    assert ask(engine, "work", weighing(k1=0.0)) == {1: 0.470004, 2: 0.470004}


def test_a_field_of_weight_zero_is_found_and_scores_nothing(engine: Engine) -> None:
    assert ask(engine, "work", weighing(summary_weight=0.0, k1=0.0)) == {1: 0.0, 2: 0.0}


def test_a_phrase_is_a_term_whose_occurrences_are_its_places(engine: Engine) -> None:
    # "work work" begins 3 times in doc 2 alone: 3 / 4 x 0.980829 = 0.735622
    assert ask(engine, '"work work"') == {2: 0.735622}
    assert ask(engine, '"grief work"') == {1: 0.490415}  # 1 / 2 x 0.980829
    assert ask(engine, '"work grief"') == {}
    assert ask(engine, '"alliance alliance alliance"') == {}  # the title's one and the summary's two are apart


def test_a_clause_of_alternatives_scores_by_the_best_one_in_each_document(engine: Engine) -> None:
    # doc 0 alliance 0.784663 (its grief is worth less); doc 1 grief 0.235002
    assert ask(engine, "grief OR alliance") == {0: 0.784663, 1: 0.235002}


def test_a_synonym_scores_at_its_weight_with_its_own_rarity(engine: Engine) -> None:
    fields = ("title", "summary")
    clause = Clause(
        (Alternative(("grief",), fields, "grief"),), synonyms=(Alternative(("allianc",), fields, "alliance", 0.25),)
    )
    # doc 0: grief 0.235002 beats alliance 0.25 x 0.784663 = 0.196166; at 0.5 it is 0.392332
    assert matched(Scorer(engine, PLAIN).match(Query((clause,)))) == {0: 0.235002, 1: 0.235002}
    (synonym,) = clause.synonyms
    heavier = replace(clause, synonyms=(replace(synonym, weight=0.5),))
    assert matched(Scorer(engine, PLAIN).match(Query((heavier,)))) == {0: 0.392332, 1: 0.235002}


def test_a_title_prefix_scores_by_the_title_alone_with_its_rarity_there(engine: Engine) -> None:
    # tf = 2 x 1;  2 / 3 x 0.980829 = 0.653886
    assert ask(engine, "title:alliance") == {0: 0.653886}
    assert ask(engine, "title:grief") == {}


# --- what matches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "docs", "complete"),
    [
        ("alliance work", [0, 1, 2], []),
        ("grief work", [0, 1, 2], [1]),
        ("grief zzz", [0, 1], []),
        ("zzz", [], []),
        ('"grief work" alliance', [1], []),
        ('"grief" work', [0, 1], [1]),
        ("title:alliance work", [0], []),
        ("grief -work", [0], [0]),
        ("-work", [0], [0]),
        ('-"grief work"', [0, 2], [0, 2]),
        ("work -zzz", [1, 2], [1, 2]),
        ("author:nobody grief", [], []),
        ("author:nobody", [], []),
        ("-author:nobody", [0, 1, 2], [0, 1, 2]),
        ("grief OR work alliance", [0, 1, 2], [0]),
        ("", [0, 1, 2], [0, 1, 2]),
    ],
)
def test_what_matches_and_what_lacks_no_word(engine: Engine, text: str, docs: list[int], complete: list[int]) -> None:
    matches = Scorer(engine, PLAIN).match(parse_query(text))
    assert bitmap.to_documents(matches.matched, 3).tolist() == docs
    assert bitmap.to_documents(matches.complete, 3).tolist() == complete


def test_missing_words_are_listed_as_typed_in_query_order_for_the_documents_asked(engine: Engine) -> None:
    matches = Scorer(engine, PLAIN).match(parse_query('Grief works "work work" author:nobody grief zzz'))
    assert matches.missing([2, 0, 2]) == [("Grief", "zzz"), ("works", "work work", "zzz"), ("Grief", "zzz")]
    assert matches.missing([]) == []
    assert Scorer(engine, PLAIN).match(parse_query("-work")).missing([0, 1]) == [(), ()]


def test_what_was_found_is_listed_by_scored_clause_as_typed(engine: Engine) -> None:
    found = Scorer(engine, PLAIN).match(parse_query('Work "grief work" author:nobody zzz')).found
    assert [(typed, bitmap.to_documents(holds, 3).tolist()) for typed, holds in found] == [
        ("Work", [1, 2]), ("grief work", [1]), ("zzz", [])
    ]  # fmt: skip


# --- the cache --------------------------------------------------------------------------------------------------------


def test_asking_again_gives_the_same_bits_also_when_nothing_may_be_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [parse_query(text) for text in ("alliance grief", "work OR grief", '"work work" alliance', "grief work")]
    kept = Scorer(engine, PLAIN)
    first, again = ([matched(kept.match(query)) for query in queries] for _ in range(2))
    monkeypatch.setattr(scoring, "MAX_CACHED_BYTES", 1)
    forgetful = Scorer(engine, PLAIN)
    assert first == again == [matched(forgetful.match(query)) for query in queries]


def test_eight_threads_score_alike(engine: Engine) -> None:
    scorer, query = Scorer(engine, PLAIN), parse_query('grief OR work alliance "work work"')
    with ThreadPoolExecutor(8) as pool:
        scores = {pool.submit(lambda: str(matched(scorer.match(query)))) for _ in range(64)}
        assert len({future.result() for future in scores}) == 1


# --- the best ---------------------------------------------------------------------------------------------------------


def best_of(scores: Sequence[float], n_best: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
    docs = np.arange(len(scores)) if among is None else np.array(among, dtype=np.int64)
    everywhere = np.arange(len(scores))
    impact = keep(everywhere, np.array(scores, dtype=np.float64), bitmap.full(len(scores)), len(scores))
    return best([impact], [1], bitmap.of_documents(docs, len(scores)), n_best)


def test_the_best_come_by_score_and_ties_by_ordinal() -> None:
    scores = [1.0, 3.0, 2.0, 3.0, 2.0]
    assert best_of(scores, 3) == [(1, 3.0), (3, 3.0), (2, 2.0)]
    assert best_of(scores, 10) == [(1, 3.0), (3, 3.0), (2, 2.0), (4, 2.0), (0, 1.0)]
    assert best_of(scores, 1, among=[0, 4]) == [(4, 2.0)]
    assert best_of(scores, 3, among=[]) == []


def test_scores_are_rounded_to_six_decimals_before_they_are_compared() -> None:
    # 0.3000001 and 0.3000004 are both 0.300000: the smaller ordinal comes first, though it is the smaller score
    scores = [0.3000001, 0.3000004, 0.2999994]
    assert best_of(scores, 3) == [(0, 0.3), (1, 0.3), (2, 0.299999)]
    assert best_of(scores, 1) == [(0, 0.3)]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False), st.sampled_from([3, 60, 9_001]), st.sampled_from([1, 10, 40, 60, 200]))
def test_the_best_n_are_the_first_n_of_all_however_many_there_are(rng: random.Random, n: int, n_best: int) -> None:
    # few score at all, and those so close that rounding joins some: 1 to 4 times .0000004
    scores = [rng.choice([1, 2, 3, 4]) * 4e-7 if rng.random() < 0.02 else 0.0 for _ in range(n)]
    among = sorted(rng.sample(range(n), rng.randint(n * 3 // 4, n)))
    everything = sorted((-round(scores[doc], 6), doc) for doc in among)
    assert best_of(scores, n_best, among) == [(doc, -score) for score, doc in everything][:n_best]


def test_documents_that_score_nothing_stand_last_and_only_those_asked_for_are_listed() -> None:
    scores = [0.0] * 10_000
    scores[9_999] = 1.0
    scores[5_000] = 2.0
    assert best_of(scores, 3, among=range(1, 10_000)) == [(5_000, 2.0), (9_999, 1.0), (1, 0.0)]
    assert best_of(scores, 2, among=range(5_000)) == [(0, 0.0), (1, 0.0)]


def test_rounding_decides_a_tie_also_between_documents_far_apart() -> None:
    scores = [0.0] * 10_000
    scores[300], scores[200], scores[700] = 2.0, 1.0000001, 1.0000004  # the last two are both 1.000000
    assert best_of(scores, 2) == [(300, 2.0), (200, 1.0)]
