"""Judged queries, floors and recorded values -> what fell below, told query by query.

Run as a program it writes recorded.tsv anew: `python tests/relevance/gate.py`, from a checkout.
"""

from __future__ import annotations

import hashlib
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer.build import build_from_pages
from indexer.commands.run import read_queries
from indexer.config import Config
from indexer.evaluate import MAIN, Evaluation, JudgedSet, evaluate, open_bench, read_qrels

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPUS = ROOT / "corpus"
SAMPLE = CORPUS / "sample"
RECORDED = HERE / "recorded.tsv"
FLOORS = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))
CHANGED = 0.0005  # smaller changes are not listed: recorded values have 4 decimals


def read_judged(queries: Path, qrels: Path) -> JudgedSet:
    """Return a judged set; every line of its queries must be one."""
    asked, faulty = read_queries(queries)
    assert not faulty
    return JudgedSet(dict(asked), read_qrels(qrels))


def build_sample(index: Path) -> Config:
    """Build an index of the sample, as the command does, and return the settings to search it with."""
    config = Config(corpus=CORPUS, index=index)
    build_from_pages(config, [SAMPLE], lambda _: None)
    return config


def evaluate_index(config: Config, judged: JudgedSet, records: Path | None = None) -> Evaluation:
    """Return how good the default profile ranks."""
    with open_bench(config, lambda _: None, records) as bench:
        return evaluate(bench, judged, bench.profiles["default"])


def sample_digest() -> str:
    """Return one sha256 over the names and bytes of the sample's pages."""
    digest = hashlib.sha256()
    for path in sorted(SAMPLE.glob("*.html")):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_recorded() -> dict[str, float]:
    """Return nDCG@10 by query as it was when it was last looked at."""
    lines = (line.split("\t") for line in RECORDED.read_text(encoding="utf-8").splitlines())
    return {line[0]: float(line[1]) for line in lines}


def below_floor(evaluation: Evaluation, floors: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return a line for each floor, "all" or a kind, that the means do not reach."""
    return [
        f"{kind}: {MAIN} {mean:.4f} is below its floor of {floor['value']} ({floor['reason']})"
        for kind, floor in floors.items()
        if (mean := evaluation.mean(MAIN, "" if kind == "all" else kind)) < float(str(floor["value"]))
    ]


def changes(evaluation: Evaluation, recorded: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each query that gained or lost, the largest loss first."""
    gains = {qid: scores[MAIN] - recorded.get(qid, 0.0) for qid, scores in evaluation.scores.items()}
    for qid, gain in sorted(gains.items(), key=lambda item: item[1]):
        if abs(gain) >= CHANGED:
            now = evaluation.scores[qid][MAIN]
            yield f"{qid:6}{recorded.get(qid, 0.0):.4f} -> {now:.4f}  {gain:+.4f}  {evaluation.queries[qid]}"


def record(evaluation: Evaluation) -> str:
    """Return the content of recorded.tsv."""
    return "".join(f"{qid}\t{scores[MAIN]:.4f}\n" for qid, scores in evaluation.scores.items())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        config = build_sample(Path(folder) / "index")
        found = evaluate_index(config, read_judged(HERE / "queries.tsv", HERE / "qrels.txt"))
    RECORDED.write_text(record(found), encoding="utf-8")
    print(f"{RECORDED.name}: {len(found.scores)} queries, {MAIN} {found.mean():.4f}")
    for kind in found.kinds:
        print(f"{kind}: {found.mean(MAIN, kind):.4f}")
    print(f'sample = "{sample_digest()}"')
