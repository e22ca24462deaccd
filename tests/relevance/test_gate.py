"""The ranking of the shipped sample against our own judgments: floors, queries that must be answered, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from gate import (
    FLOORS,
    HERE,
    below_floor,
    build_sample,
    changes,
    evaluate_index,
    read_judged,
    read_recorded,
    sample_digest,
)

from indexer.config import Config
from indexer.evaluate import MAIN, Evaluation
from indexer.model import SearchRequest
from indexer.search import Searcher, open_index

JUDGED = read_judged(HERE / "queries.tsv", HERE / "qrels.txt")
MUST = [
    line.split("\t")
    for line in (HERE / "must.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return build_sample(tmp_path_factory.mktemp("gate") / "index")


@pytest.fixture(scope="module")
def searcher(config: Config) -> Iterator[Searcher]:
    searcher = open_index(config.index, config.corpus)
    yield searcher
    searcher.close()


@pytest.fixture(scope="module")
def evaluation(config: Config) -> Evaluation:
    return evaluate_index(config, JUDGED)


def test_the_sample_is_the_one_that_was_judged() -> None:
    message = "corpus/sample has changed: judge its pages for every query, then set `sample` in floors.toml (README.md)"
    assert sample_digest() == FLOORS["sample"], message


def test_the_judgments_name_digests_of_the_sample_and_queries_that_are_asked(searcher: Searcher) -> None:
    assert len(JUDGED.queries) >= 30
    assert JUDGED.qrels.keys() == JUDGED.queries.keys(), "every query has a relevant digest"
    judged = {doc_id for grades in JUDGED.qrels.values() for doc_id in grades}
    there = {hit.doc_id for hit in searcher.search(SearchRequest(size=100)).hits}
    assert judged <= there
    assert {doc_id for _, doc_id, _ in MUST} <= there
    assert {grade for grades in JUDGED.qrels.values() for grade in grades.values()} == {1, 2, 3}


def test_no_mean_falls_below_its_floor(evaluation: Evaluation) -> None:
    below = below_floor(evaluation, FLOORS["sample_floors"])
    changed = "\n".join(changes(evaluation, read_recorded()))
    assert not below, "\n".join([*below, f"Gains and losses against recorded.tsv:\n{changed}"])


def test_every_kind_of_query_has_a_floor(evaluation: Evaluation) -> None:
    assert set(FLOORS["sample_floors"]) == {"all", *evaluation.kinds}


def test_every_query_has_a_recorded_value(evaluation: Evaluation) -> None:
    assert read_recorded().keys() == evaluation.scores.keys(), "record them: python tests/relevance/gate.py"


@pytest.mark.parametrize(("within", "doc_id", "question"), MUST, ids=[line[2] for line in MUST])
def test_a_digest_that_a_reader_must_see_is_among_the_first(
    searcher: Searcher, within: str, doc_id: str, question: str
) -> None:
    found = [hit.doc_id for hit in searcher.search(SearchRequest(question)).hits]
    assert doc_id in found[: int(within)], f"{doc_id} is not among the first {within} for “{question}”"


def test_a_fall_below_a_floor_is_told_query_by_query(evaluation: Evaluation) -> None:
    fallen = replace(evaluation, scores={**evaluation.scores, "K01": {**evaluation.scores["K01"], MAIN: 0.25}})
    recorded = {**dict.fromkeys(evaluation.scores, 0.0), "K01": 1.0, "T01": 1.0}
    lines = list(changes(fallen, recorded))
    assert lines[0] == "K01   1.0000 -> 0.2500  -0.7500  burnout job satisfaction"
    assert not any(line.startswith("T01") for line in lines), "what did not change is not listed"
    floors = {"all": {"value": 0.0, "reason": "low"}, "K": {"value": 1.01, "reason": "out of reach"}}
    assert [line.split(":")[0] for line in below_floor(fallen, floors)] == ["K"]


def test_this_folder_keeps_what_the_readme_names() -> None:
    told = (HERE / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in HERE.iterdir() if path.suffix in (".tsv", ".txt", ".toml")}
    assert all(f"`{name}`" in told for name in files)
