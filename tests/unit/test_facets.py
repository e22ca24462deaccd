"""Counts of facet values, worked by hand over six documents.

    doc    0        1        2        3        4        5
    topic  a b      a        b        b        -        c
    type   trial    trial    meta     -        meta     trial
    year   2018     2018     2018     2020     2020     -
"""  # fmt: skip

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from indexer import bitmap
from indexer.engines import ENGINES, open_engine
from indexer.facets import FacetColumn, FacetTable, read_facets
from indexer.generations import Generation
from indexer.model import Article, Assignment

N = 6


def table(**documents: dict[str, list[int]]) -> FacetTable:
    columns, rows = {}, []
    for name, of_value in documents.items():
        where = slice(len(rows), len(rows) + len(of_value))
        columns[name] = FacetColumn(name, tuple(of_value), tuple(value.upper() for value in of_value), where)
        rows += [bitmap.of_documents(np.array(docs, dtype=np.int32), N) for docs in of_value.values()]
    return FacetTable(columns, np.array(rows))


TABLE = table(
    topic={"a": [0, 1], "b": [0, 2, 3], "c": [5]},
    type={"meta": [2, 4], "trial": [0, 1, 5]},
    year={"2018": [0, 1, 2], "2020": [3, 4]},
)


def counted(matched: list[int], **choices: Sequence[str]) -> tuple[dict[str, dict[str, int]], list[int]]:
    bits = bitmap.of_documents(np.array(matched, dtype=np.int32), N)
    facets, shown = TABLE.count(bits, choices)
    counts = {facet.name: {bucket.value: bucket.count for bucket in facet.buckets} for facet in facets}
    return counts, bitmap.to_documents(shown, N).tolist()


def test_without_a_choice_every_match_is_counted_under_each_of_its_values() -> None:
    counts, shown = counted([0, 1, 2, 3, 4, 5])
    assert counts == {
        "topic": {"b": 3, "a": 2, "c": 1},
        "type": {"trial": 3, "meta": 2},
        "year": {"2018": 3, "2020": 2},
    }
    assert shown == [0, 1, 2, 3, 4, 5]


def test_only_matches_are_counted_and_values_without_any_stay_with_zero() -> None:
    counts, shown = counted([2, 3])
    assert counts == {
        "topic": {"b": 2, "a": 0, "c": 0},
        "type": {"meta": 1, "trial": 0},
        "year": {"2018": 1, "2020": 1},
    }
    assert shown == [2, 3]


def test_a_choice_narrows_the_other_facets_but_not_its_own() -> None:
    counts, shown = counted([0, 1, 2, 3, 4, 5], type=["trial"])  # 0, 1, 5
    assert counts["topic"] == {"a": 2, "b": 1, "c": 1}
    assert counts["year"] == {"2018": 2, "2020": 0}
    assert counts["type"] == {"trial": 3, "meta": 2}  # what a click on the other one would show
    assert shown == [0, 1, 5]


def test_choices_within_a_facet_are_or_and_across_facets_and() -> None:
    counts, shown = counted([0, 1, 2, 3, 4, 5], topic=["a", "b"], year=["2018"])  # (0 1 2 3) and (0 1 2)
    assert shown == [0, 1, 2]
    assert counts["topic"] == {"a": 2, "b": 2, "c": 0}  # under the year alone: 0, 1, 2
    assert counts["year"] == {"2018": 3, "2020": 1}  # under the topics alone: 0, 1, 2, 3
    assert counts["type"] == {"trial": 2, "meta": 1}  # under both


def test_an_empty_choice_is_no_filter() -> None:
    assert counted([0, 5], topic=[])[1] == [0, 5]


def test_a_choice_that_no_document_has_shows_nothing() -> None:
    counts, shown = counted([0, 1, 2, 3, 4, 5], year=["none"])
    assert shown == []
    assert set(counts["topic"].values()) == {0}
    assert counts["year"] == {"2018": 3, "2020": 2}


def test_chosen_values_are_marked_as_selected() -> None:
    facets, _ = TABLE.count(bitmap.full(N), {"topic": ["a", "c"]})
    assert [(bucket.value, bucket.selected) for bucket in facets[0].buckets] == [("b", False), ("a", True), ("c", True)]


def test_topics_and_types_stand_by_count_then_label_years_ascending() -> None:
    facets, _ = TABLE.count(bitmap.of_documents(np.array([1, 2, 3, 4]), N), {})
    listed = {facet.name: [(bucket.value, bucket.count) for bucket in facet.buckets] for facet in facets}
    assert listed["topic"] == [("b", 2), ("a", 1), ("c", 0)]
    assert listed["type"] == [("meta", 2), ("trial", 1)]
    assert listed["year"] == [("2018", 2), ("2020", 2)]
    assert [facet.label for facet in facets] == ["Topic", "Type of research", "Year"]


@pytest.mark.parametrize("engine_name", ENGINES)
def test_columns_come_from_the_index_with_labels_or_the_slug_in_words(
    engine_name: str, build: Callable[[Sequence[Article]], Generation]
) -> None:
    articles = [
        Article("x", "X", "2018-03", 2018, topics=(Assignment("alliance", "page"), Assignment("self-help", "rules"))),
        Article("y", "Y"),
    ]
    engine = open_engine(engine_name, build(articles).folder)
    facets_of_index = read_facets(engine, {"topic": {"alliance": "Therapeutic Alliance"}})
    engine.close()
    columns = facets_of_index.columns
    assert list(columns) == ["topic", "type", "year"]
    topics = columns["topic"]
    assert list(zip(topics.values, topics.labels, strict=True)) == [  # in the order of the labels
        ("self-help", "Self help"),
        ("alliance", "Therapeutic Alliance"),
    ]
    assert columns["type"].values == ()
    facets, shown = facets_of_index.count(bitmap.full(2), {"year": ["2018"]})
    assert [len(facet.buckets) for facet in facets] == [2, 0, 1]
    assert bitmap.to_documents(shown, 2).tolist() == [0]
