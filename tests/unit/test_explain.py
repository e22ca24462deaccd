"""What a score is made of, worked out by hand on three tiny documents; and the sentences that say it.

    doc 0  2018-03  title "Alliance"  summary "alliance alliance grief"
    doc 1  2018-02                    summary "grief work"            topic grief
    doc 2  2018-01                    summary "work work work work"

With N = 3: idf of a term in 1 document 0.980829, in 2 documents 0.470004; k1 = 1, a word of the title counts 2, others
1, no correction for length unless a test says so (see test_scoring.py, where the same numbers are worked out).
"""  # fmt: skip

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from plain_ranking import PLAIN

from indexer.errors import NotFoundError
from indexer.explaining import tree_lines
from indexer.model import Article, Assignment, Explanation, SearchRequest
from indexer.ranking import Profile
from indexer.search import Searcher
from indexer.synonyms import Expansion, Synonyms

DOCUMENTS = [
    Article("doc0", "Alliance", "2018-03", 2018, summary=("alliance alliance grief",)),
    Article("doc1", "", "2018-02", 2018, summary=("grief work",), topics=(Assignment("grief", "rules"),)),
    Article("doc2", "", "2018-01", 2018, summary=("work work work work",)),
]
SYNONYMS = Synonyms({("rapport",): (Expansion(("allianc",), "alliance", 0.45),)})
PAIRS = Profile("pairs", {**PLAIN.weights, "pair_weight": 0.5})
LENGTHS = Profile("lengths", {**PLAIN.weights, "summary_b": 0.5, "k1": 10.0})
SILENT = Profile("silent", {**PLAIN.weights, "summary_weight": 0.0})


@pytest.fixture(scope="module")
def searcher(searcher_over: Callable[..., Searcher]) -> Searcher:
    return searcher_over(DOCUMENTS, SYNONYMS, (PLAIN, PAIRS, LENGTHS, SILENT))


def rounded(explanation: Explanation) -> tuple[Any, ...]:
    """(label, value to 6 decimals, children)"""
    children = [rounded(child) for child in explanation.children]
    return (explanation.label, round(explanation.value, 6), *([children] if children else []))


def tree(searcher: Searcher, doc_id: str, text: str, profile: str | None = None) -> tuple[Any, ...]:
    return rounded(searcher.explain(doc_id, SearchRequest(text=text, profile=profile)).explanation)


def sentence(searcher: Searcher, doc_id: str, text: str, **more: Any) -> str:
    return searcher.explain(doc_id, SearchRequest(text=text, **more)).sentence


# --- the tree --------------------------------------------------------------------------------------------------------


def test_a_score_is_shared_among_fields_by_their_weighted_occurrences(searcher: Searcher) -> None:
    # tf = 2 x 1 (title) + 1 x 2 (summary) = 4: each field half of 4 / 5 x 0.980829 = 0.784663
    assert tree(searcher, "doc0", "alliance") == (
        "score", 0.784663, [
            ("“alliance”, in 1 of 3 digests", 0.784663, [
                ("once in the title", 0.392332), ("twice in the summary", 0.392332)
            ])
        ]
    )  # fmt: skip


def test_a_missing_word_and_a_filter_add_nothing_and_a_repeated_word_counts_twice(searcher: Searcher) -> None:
    # work once: 2 x 1 / 2 x 0.470004
    assert tree(searcher, "doc1", "Work alliance works") == (
        "score", 0.470004, [
            ("“Work”, in 2 of 3 digests, typed 2 times", 0.470004, [("once in the summary", 0.470004)]),
            ("“alliance”: not there", 0.0),
        ]
    )  # fmt: skip


def test_a_pair_of_neighbours_has_its_own_node(searcher: Searcher) -> None:
    # "grief work" stands in doc 1 alone: 0.980829 x 1 / 2 x 0.5 = 0.245207
    assert tree(searcher, "doc1", "grief works", "pairs") == (
        "score", 0.715211, [
            ("“grief”, in 2 of 3 digests", 0.235002, [("once in the summary", 0.235002)]),
            ("“works”, in 2 of 3 digests", 0.235002, [("once in the summary", 0.235002)]),
            ("“grief works”, side by side, in 1 of 3 digests", 0.245207, [("once in the summary", 0.245207)]),
        ]
    )  # fmt: skip
    assert len(searcher.explain("doc2", SearchRequest(text="grief work", profile="pairs")).explanation.children) == 2


def test_a_synonym_says_what_it_stands_for_and_its_weight(searcher: Searcher) -> None:
    # 0.45 x 0.7846634
    (clause,) = tree(searcher, "doc0", "rapport")[2]
    assert clause[:2] == ("“alliance” in place of “rapport” (weight .45), in 1 of 3 digests", 0.353099)


def test_a_clause_with_or_and_a_prefix_are_named_as_typed(searcher: Searcher) -> None:
    # the best alternative alone is shown: alliance 0.784663 beats grief 0.235002
    assert tree(searcher, "doc0", "grief OR alliance")[2][0][0] == "“alliance”, in 1 of 3 digests"
    assert tree(searcher, "doc2", "alliance OR grief work")[2][0] == ("“alliance” OR “grief”: not there", 0.0)
    assert tree(searcher, "doc0", "title:alliance")[2][0][:2] == ("title:“alliance”, in 1 of 3 digests", 0.653886)


def test_leaves_stand_from_left_to_right_and_a_lone_node_is_its_own_leaf() -> None:
    a, b, c = (Explanation(label, value) for label, value in (("a", 1.0), ("b", 2.0), ("c", 4.0)))
    whole = Explanation.of_children("all", [Explanation.of_children("ab", [a, b]), c])
    assert whole.value == 7.0
    assert list(whole.leaves()) == [a, b, c]
    assert list(a.leaves()) == [a]
    assert tree_lines(whole) == ["7.000  all", "  3.000  ab", "    1.000  a", "    2.000  b", "  4.000  c"]
    assert asdict(a) == {"label": "a", "value": 1.0, "children": ()}


# --- sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doc_id", "text", "more", "expected"),
    [
        ("doc0", "alliance", {}, "Rank 1 of 1: for “alliance” once in the title and twice in the summary."),
        ("doc0", "alliance grief zzz", {},
         "Rank 1 of 2: mostly for “alliance” once in the title and twice in the summary; lacks “zzz”."),
        ("doc2", "grief work", {}, "Rank 2 of 3: for “work” 4 times in the summary; lacks “grief”."),
        ("doc1", "grief work", {"profile": "pairs"},
         "Rank 1 of 3: mostly for “grief work” side by side once in the summary, "
         "and “grief” once in the summary."),
        ("doc1", "work", {"profile": "silent"},
         "Rank 1 of 2: it has “work”, which adds nothing to its score."),
        ("doc2", "work", {"sort": "newest"},
         "Rank 2 of 2, newest first; its score is for “work” 4 times in the summary."),
        ("doc1", "", {}, "Rank 2 of 3, newest first: there is no word that scores."),
        # what keeps a document out
        ("doc2", "grief", {}, "Not found: it does not have “grief”."),
        ("doc2", "grief alliance", {}, "Not found: it does not have “grief” or “alliance”."),
        ("doc0", '"grief work" alliance', {}, "Not found: it lacks “grief work”, which must be there."),
        ("doc0", "alliance author:nobody", {}, "Not found: it lacks author:“nobody”, which must be there."),
        ("doc1", "grief -work", {}, "Not found: it has “work”, which was excluded."),
        ("doc1", "-work", {}, "Not found: it has “work”, which was excluded."),
        ("doc1", "grief alliance", {"match": "all"}, "Not found: it lacks “alliance”, which must be there."),
        ("doc0", "grief", {"topics": ("grief",)}, "Not found: its topic is not among those chosen."),
        ("doc0", "work -alliance", {"year_from": 2019},
         "Not found: it does not have “work”; it has “alliance”, which was excluded; "
         "its year is not among those chosen."),
    ],
)  # fmt: skip
def test_the_sentence_says_why(searcher: Searcher, doc_id: str, text: str, more: dict[str, Any], expected: str) -> None:
    explained = searcher.explain(doc_id, SearchRequest(text=text, **more))
    assert explained.sentence == expected
    assert (explained.rank is None) == expected.startswith("Not found")
    if explained.rank is None:
        assert explained.explanation == Explanation("not found", 0.0)


def test_two_words_with_one_synonym_are_said_once(searcher_over: Callable[..., Searcher]) -> None:
    both = Synonyms({("good", "rapport"): (Expansion(("allianc",), "alliance", 0.9),)})
    assert sentence(searcher_over(DOCUMENTS, both), "doc0", "good rapport") == (
        "Rank 1 of 1: for “alliance” in place of “good” and “rapport” (weight .45) "
        "once in the title and twice in the summary."
    )


def test_an_unknown_id_is_named(searcher: Searcher) -> None:
    with pytest.raises(NotFoundError, match="no digest 'nope'"):
        searcher.explain("nope", SearchRequest(text="grief"))
    with pytest.raises(NotFoundError, match="no digest 'nope'"):
        searcher.compare("doc0", "nope", SearchRequest(text="grief"))


@pytest.mark.parametrize(
    ("first", "second", "text", "more", "expected"),
    [
        ("doc1", "doc2", "work", {},
         "doc1 is below doc2 because doc2 has “work” 4 times in the summary (+0.141) "
         "and doc1 only once in the summary."),
        ("doc2", "doc1", "work", {},
         "doc2 is above doc1 because doc2 has “work” 4 times in the summary (+0.141) "
         "and doc1 only once in the summary."),
        ("doc1", "doc0", "alliance grief", {},
         "doc1 is below doc0 mainly because doc0 has “alliance” once in the title and twice in the summary (+0.785) "
         "and doc1 does not."),
        # norms 1 and 5/6: 1 / 11 and 1.2 / 11.2 of 0.470004
        ("doc0", "doc1", "grief", {"profile": "lengths"},
         "doc0 is below doc1 because doc1 has “grief” once in the summary (+0.008) and doc0 has it as often, "
         "in a longer text."),
        ("doc1", "doc0", "grief", {},
         "doc1 is below doc0 because they score alike, and of equals the newer digest stands first, "
         "then the lower id."),
        ("doc1", "doc0", "", {"sort": "relevance"},
         "doc1 is below doc0 because they score alike, and of equals the newer digest stands first, "
         "then the lower id."),
        ("doc2", "doc1", "work", {"sort": "newest"},
         "doc2 is below doc1 because digests stand newest first, whatever they score."),
        ("doc2", "doc1", "", {}, "doc2 is below doc1 because digests stand newest first, whatever they score."),
        ("doc2", "doc0", "alliance", {}, "doc2 is not found: it does not have “alliance”."),
        ("doc2", "doc2", "work", {},
         "doc2 was compared with itself. Rank 1 of 2: for “work” 4 times in the summary."),
    ],
)  # fmt: skip
def test_one_sentence_says_why_a_document_stands_below_another(
    searcher: Searcher, first: str, second: str, text: str, more: dict[str, Any], expected: str
) -> None:
    request = SearchRequest(text=text, **more)
    comparison = searcher.compare(first, second, request)
    assert comparison.sentence == expected
    assert (comparison.first, comparison.second) == (
        searcher.explain(first, request), searcher.explain(second, request)
    )  # fmt: skip
