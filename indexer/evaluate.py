"""Judged queries and a ranking -> how good it is, and whether another one is better.

Input: the live index or records, `queries.tsv`, TREC qrels, a ranking profile. Output: an `Evaluation`, a `Comparison`.
Needs the optional extra `evaluate`. Measures are trec_eval's, by ir-measures: nDCG with linear gain (the grade itself)
and log2 discount (Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002); a grade of 1 or more
is relevant; equal scores stand in the order of the run; a query that finds nothing scores 0; a query without a relevant
document measures nothing and is left out.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.build import build_from_records
from indexer.config import Config, find_corpus_file
from indexer.engines import FAST_ENGINE, open_engine
from indexer.engines.base import Engine
from indexer.errors import InputError, PprSearchError
from indexer.generations import RECORDS, open_current
from indexer.model import Problem
from indexer.query import parse_query
from indexer.ranking import DEFAULT_PROFILE, RANKING_TABLE, Profile, find_profile, read_profiles
from indexer.scoring import Scorer
from indexer.synonyms import SYNONYMS_TABLE, Synonyms, read_synonyms

try:
    import ir_measures
    import numpy as np
    import scipy.stats
except ModuleNotFoundError as missing:
    raise PprSearchError(
        f"Evaluation needs an optional part of the program ({missing.name} is not installed). "
        "Install it with: pip install 'pprnet-search[evaluate]'"
    ) from missing

DEPTH = 100  # hits per query: as deep as Recall@100 looks, and what `pprsearch run` writes
MAIN = "nDCG@10"
MEASURES = {
    MAIN: ir_measures.nDCG @ 10,
    "RR": ir_measures.RR,
    "P@5": ir_measures.P @ 5,
    "R@100": ir_measures.R @ 100,
    "AP": ir_measures.AP,
    "Judged@10": ir_measures.Judged @ 10,  # share of the first ten that anybody judged: low means the rest is a guess
}

# A chance of 1 in 20 to see a difference where there is none, and of 4 in 5 to see one that is there: the customary
# values (Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988).
SIGNIFICANCE = 0.05
POWER = 0.8
RESAMPLES = 9_999  # the standard error of a p of .05 is then .002
SEED = 1
TIE = 1e-9  # smaller differences are rounding
REPORT_VERSION = 1

Queries = Mapping[str, str]
Qrels = Mapping[str, Mapping[str, int]]
Rankings = Mapping[str, Sequence[str]]
Scores = dict[str, dict[str, float]]


# --- what is judged --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Queries by id and the grades of documents by query id, in file order."""

    queries: Queries
    qrels: Qrels

    @property
    def measured(self) -> list[str]:
        """Ids of the queries that have a relevant document."""
        return [qid for qid in self.queries if any(grade > 0 for grade in self.qrels.get(qid, {}).values())]

    @property
    def skipped(self) -> list[str]:
        """Ids of the queries without one."""
        measured = set(self.measured)
        return [qid for qid in self.queries if qid not in measured]


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return the grades of a TREC qrels file (`qid 0 doc_id grade`), or InputError with the first wrong line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8 ({error}). Save it as UTF-8.") from error
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines, 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 4 or not parts[3].removeprefix("-").isdecimal():
            raise InputError(f"{path}, line {number}: not `qid 0 doc_id grade` with a whole number. Mend the line.")
        if parts[2] in qrels.get(parts[0], {}):
            raise InputError(f"{path}, line {number}: '{parts[2]}' was judged for '{parts[0]}' before. Keep one line.")
        qrels.setdefault(parts[0], {})[parts[2]] = int(parts[3])
    return qrels


def kind_of(qid: str) -> str:
    """Return the kind of a query: the first letter of its id, or "" when it begins with none."""
    return qid[0] if qid[0].isalpha() else ""


# --- what is measured ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """An index to rank with, with any profile: what `Searcher.search` does, less snippets and facets.

    records   sha256 of the records it was made from.
    profiles  those of the ranking table, by name.
    """

    engine: Engine
    synonyms: Synonyms
    profiles: dict[str, Profile]
    records: str

    def rank(self, queries: Queries, profile: Profile, depth: int = DEPTH) -> dict[str, list[str]]:
        """Return the ids of the best documents for each query, best first."""
        scorer = Scorer(self.engine, profile)
        rankings = {}
        for qid, text in queries.items():
            query = self.synonyms.expand(parse_query(text), profile["synonym_weight"])
            matches = scorer.match(query)
            rankings[qid] = [self.engine.doc_ids[doc] for doc, _ in matches.best(matches.matched, depth)]
        return rankings


@contextlib.contextmanager
def open_bench(config: Config, say: Callable[[Problem], None], records: Path | None = None) -> Iterator[Bench]:
    """Yield a bench over the live index, or over a temporary one that is built from a file of records.

    say  is called with every problem in the records.
    """
    with tempfile.TemporaryDirectory(prefix="pprsearch-") as scratch:
        index = Path(scratch) / "index" if records else config.index
        if records:
            build_from_records(dataclasses.replace(config, index=index), records, say)
        generation = open_current(index)
        engine = open_engine(FAST_ENGINE, generation.folder)
        try:
            yield Bench(
                engine,
                read_synonyms(find_corpus_file(config.corpus, SYNONYMS_TABLE)),
                read_profiles(find_corpus_file(config.corpus, RANKING_TABLE)),
                generation.manifest["files"][RECORDS]["sha256"],
            )
        finally:
            engine.close()


def choose_profile(profiles: Mapping[str, Profile], wanted: str | None) -> Profile:
    """Return a profile by its name, or from a ranking file: its only profile, or else its default one."""
    if wanted is None or not wanted.endswith(".toml"):
        return find_profile(profiles, wanted)
    found = read_profiles(Path(wanted))
    return next(iter(found.values())) if len(found) == 1 else find_profile(found, DEFAULT_PROFILE)


def measure(rankings: Rankings, qrels: Qrels, measures: Mapping[str, Any] = MEASURES) -> Scores:
    """Return the measures by query id, for each query that has a ranking; an empty ranking scores 0.

    rankings  ids of documents, best first, each once.
    """
    # Scores that fall with the place, so that no measure sees a tie and sorts it by document id.
    run = {
        qid: {doc_id: float(-place) for place, doc_id in enumerate(doc_ids)}
        for qid, doc_ids in rankings.items()
        if doc_ids
    }
    scores: Scores = {qid: dict.fromkeys(measures, 0.0) for qid in rankings}
    names = {value: name for name, value in measures.items()}
    if run:
        judged = {qid: dict(qrels.get(qid, {})) for qid in run}
        for metric in ir_measures.iter_calc(list(measures.values()), judged, run):
            scores[metric.query_id][names[metric.measure]] = float(metric.value)
    return scores


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an evaluation was made on: sha256 of the records, of the queries and of the qrels as they were read."""

    records: str
    queries: str
    qrels: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good one profile is on one judged set.

    digest   of the profile's weights.
    queries  text by id, of the queries that were measured.   scores  measures by query id.
    skipped  ids of queries without a relevant document.
    """

    profile: str
    digest: str
    weights: dict[str, float]
    inputs: Inputs
    queries: dict[str, str]
    scores: Scores
    skipped: tuple[str, ...] = ()

    @property
    def kinds(self) -> list[str]:
        """The kinds of its queries, in the order of their first query; none where ids begin with no letter."""
        return [kind for kind in dict.fromkeys(kind_of(qid) for qid in self.scores) if kind]

    def mean(self, name: str = MAIN, kind: str = "") -> float:
        """Return the mean of a measure, over all queries or those of one kind."""
        return math.fsum(values := self.values(name, kind)) / len(values)

    def values(self, name: str = MAIN, kind: str = "") -> list[float]:
        """Return a measure by query, in order."""
        return [scores[name] for qid, scores in self.scores.items() if not kind or kind_of(qid) == kind]


def evaluate(bench: Bench, judged: JudgedSet, profile: Profile) -> Evaluation:
    """Return how good a profile ranks the judged queries; InputError when none of them has a relevant document."""
    queries = {qid: judged.queries[qid] for qid in judged.measured}
    if not queries:
        raise InputError("None of the queries has a relevant document in the qrels. Check that their ids agree.")
    return Evaluation(
        profile.name,
        profile.digest,
        dict(profile.weights),
        Inputs(bench.records, _digest(dict(judged.queries)), _digest(judged.qrels)),
        queries,
        measure(bench.rank(queries, profile), judged.qrels),
        tuple(judged.skipped),
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


# --- whether one is better -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether one evaluation is better than another, by paired differences of nDCG@10 per query.

    gains       first minus second, by query id.
    difference  their mean.   low, high  its 95 % interval.   p  of the paired randomisation test, two-sided.
    detectable  the smallest true difference that this set, with differences as scattered as these, would show as
                significant four times in five.
    """

    gains: dict[str, float]
    difference: float
    low: float
    high: float
    p: float
    detectable: float

    @property
    def wins(self) -> int:
        return sum(gain > TIE for gain in self.gains.values())

    @property
    def losses(self) -> int:
        return sum(gain < -TIE for gain in self.gains.values())

    @property
    def ties(self) -> int:
        return len(self.gains) - self.wins - self.losses

    @property
    def verdict(self) -> str:
        """ "better", "worse", or "not shown" when the difference may well be chance."""
        if self.p >= SIGNIFICANCE:
            return "not shown"
        return "better" if self.difference > 0 else "worse"


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """Return whether the first is better than the second; InputError unless both were made on the same inputs."""
    differing = [
        field.name
        for field in dataclasses.fields(Inputs)
        if getattr(first.inputs, field.name) != getattr(second.inputs, field.name)
    ]
    if differing:
        raise InputError(
            f"'{first.profile}' and '{second.profile}' were not evaluated on the same inputs: other "
            f"{' and '.join(differing)}. Their difference would mean nothing; evaluate both on the same files."
        )
    return compare_scores(
        {qid: scores[MAIN] for qid, scores in first.scores.items()},
        {qid: scores[MAIN] for qid, scores in second.scores.items()},
    )


def compare_scores(first: Mapping[str, float], second: Mapping[str, float]) -> Comparison:
    """Return whether the first scores by query id are better than the second ones of the same queries.

    The paired randomisation test of Smucker, Allan and Carterette ("A comparison of statistical significance tests for
    information retrieval evaluation", CIKM 2007): how often does the mean difference get as large as this one when the
    sign of each query's difference is thrown by a coin? Exact up to 13 queries, else 9,999 throws with a fixed seed.
    """
    gains = {qid: score - second[qid] for qid, score in first.items()}
    values = np.array(list(gains.values()))
    n = len(values)
    if n < 2:
        raise InputError("A comparison needs at least 2 queries with a relevant document. Judge more queries.")
    test = scipy.stats.permutation_test(
        (np.array(list(first.values())), np.array([second[qid] for qid in first])),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=1000,
        rng=np.random.default_rng(SEED),
    )
    interval = scipy.stats.bootstrap(
        (values,),
        np.mean,
        method="percentile",
        n_resamples=RESAMPLES,
        batch=1000,
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    quantiles = scipy.stats.t.ppf(1 - SIGNIFICANCE / 2, n - 1) + scipy.stats.t.ppf(POWER, n - 1)
    detectable = quantiles * values.std(ddof=1) / math.sqrt(n)
    return Comparison(
        gains,
        float(values.mean()),
        float(interval.low),
        float(interval.high),
        float(test.pvalue),
        float(detectable),
    )


# --- saved reports ---------------------------------------------------------------------------------------------------


def to_json(evaluation: Evaluation, other: Evaluation | None = None, comparison: Comparison | None = None) -> str:
    """Return a report that `read_evaluation` reads back."""
    value: dict[str, Any] = {"version": REPORT_VERSION, "evaluation": dataclasses.asdict(evaluation)}
    value["means"] = {
        kind or "all": {name: evaluation.mean(name, kind) for name in MEASURES} for kind in ("", *evaluation.kinds)
    }
    if other and comparison:
        value["compared_with"] = dataclasses.asdict(other)
        counts = {name: getattr(comparison, name) for name in ("wins", "ties", "losses", "verdict")}
        value["comparison"] = {**dataclasses.asdict(comparison), **counts}
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def read_evaluation(path: Path) -> Evaluation:
    """Return the evaluation of a saved report, or InputError when the file is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["version"] != REPORT_VERSION:
            raise ValueError(f"version {value['version']!r}")
        saved = value["evaluation"]
        evaluation = Evaluation(
            profile=str(saved["profile"]),
            digest=str(saved["digest"]),
            weights={str(name): float(weight) for name, weight in saved["weights"].items()},
            inputs=Inputs(**saved["inputs"]),
            queries={str(qid): str(text) for qid, text in saved["queries"].items()},
            scores={qid: {name: float(scores[name]) for name in MEASURES} for qid, scores in saved["scores"].items()},
            skipped=tuple(saved["skipped"]),
        )
        if not evaluation.scores or evaluation.scores.keys() != evaluation.queries.keys():
            raise ValueError("its queries and scores disagree")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path} is no report of this program ({error}). Make it again with: pprsearch evaluate ... --json FILE"
        ) from error
    return evaluation
