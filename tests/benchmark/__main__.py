"""`python -m benchmark`: measure, print the table, write report.json and report.html. `make bench` calls it.

Corpora and indexes stay in the folder for the next run. They are rebuilt when what makes them changes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmark import building, corpus, queries, rounds, updating
from benchmark.engines import OURS, PEERS, VARIANTS
from benchmark.report import write_reports
from benchmark.work import Question

QUESTIONS, ROUNDS, SECONDS = 150, 5, 40.0  # an engine that is slow answers fewer in its seconds
COLD_QUESTIONS, COLD_SECONDS = 20, 15.0
COMPARED, COMPARED_MS = 60, 15_000.0
MOST_UPDATED = 10_000  # articles; to parse the pages of more takes half an hour
LEAST_AGREEMENT = 0.8  # of totals; other stemmers cost a few in a hundred
DEFAULT = f"{OURS}/default"

NOTES = [
    "A CPU ratio is the median over the questions of (engine / ours with profile plain), question by question, from "
    "the medians of interleaved rounds. On a busy machine trust CPU ratios, and absolute or wall times less.",
    "Totals are exact in every engine. Ours is the yardstick; where others differ it is by their stemmer (Whoosh and "
    "FTS5: Porter; tantivy, Xapian and bm25s: Snowball English, as ours) and by what they take for a word.",
    "The same ten are not to be expected: ours is BM25F over four fields, bm25s knows one field, Whoosh, tantivy and "
    "FTS5 add up or join fields in ways of their own.",
    "tantivy, Whoosh and Xapian look for a snippet in the implications only when the summary has none; bm25s has no "
    "snippets, filters or counts of its own: they are written beside it.",
    "Hot: every question was asked before, and before each block three questions wake the process up. An engine that "
    "needs long for a question is asked fewer of them. Cold: an engine opened anew, after one other question; its "
    "files are in the system's cache.",
    "pprsearch/numpy is pprsearch without its compiled loops, as it runs where no C compiler was found.",
    "Index MB of ours holds the Whoosh index of record, the compiled arrays and the records.",
]


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 10_000], metavar="N", help="articles")
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="corpora, indexes and reports")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS, help="engines to compare with")
    parser.add_argument("--no-web", action="store_true", help="leave out the page and the load test")
    parser.add_argument("--no-update", action="store_true", help="leave out building and updating from pages")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    (options.folder / ".gitignore").write_text("*\n", encoding="ascii")
    report: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "versions": {},
        "notes": list(NOTES),
        "sizes": {},
    }
    text = ""
    for size in options.sizes:
        report["sizes"][str(size)] = found = _measure(size, options, report)
        report["notes"] += _doubts(size, found)
        text = write_reports(report, options.folder)
    print(text)
    print(f"{options.folder / 'report.html'} shows it with plots, {options.folder / 'report.json'} holds the numbers.")


def _measure(size: int, options: argparse.Namespace, report: dict[str, Any]) -> dict[str, Any]:
    folder = options.folder / str(size)
    builds = _build(folder, size, options.peers, report)
    found: dict[str, Any] = {"engines": {name: {} for name in builds}}
    folders = {name: folder / (OURS if name in VARIANTS else name) / building.INDEX for name in builds}
    for name, build in builds.items():
        found["engines"][name] |= {f"build_{key}": build[key] for key in ("cpu_s", "wall_s", "peak_mb")}
        found["engines"][name]["index_mb"] = build["bytes"] / 1e6
    found["compile_share"] = builds[OURS]["compile_cpu_s"] / builds[OURS]["whoosh_cpu_s"]
    _say(size, "cold starts")
    for name, start in rounds.time_starts(folders, f"starts {size}").items():
        found["engines"][name] |= {"start_cpu_s": start["cpu_s"], "start_wall_s": start["wall_s"]}
    processes = {name: rounds.Process(name, path) for name, path in folders.items()}
    try:
        _ask(size, processes, found)
    finally:
        for process in processes.values():
            process.close()
    if not options.no_web:
        _serve(size, folders[OURS], folder, found)
    if not options.no_update and size <= MOST_UPDATED:
        _say(size, "a build from pages, and updates")
        found["update"] = updating.measure(size)
    return found


def _build(folder: Path, size: int, peers: list[str], report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the report of each engine's build; those that are not installed are named and left out."""
    folder.mkdir(exist_ok=True)
    records = folder / corpus.file_name()
    if not records.exists():
        _say(size, "making the corpus")
        corpus.write_corpus(records, size)
    builds: dict[str, dict[str, Any]] = {}
    for name in (OURS, *peers):
        _say(size, f"building {name}, or taking what is there")
        try:
            builds[name] = building.ensure_built(name, records, folder / name)
        except ImportError as error:
            note = f"{name} was left out: {error}."
            if note not in report["notes"]:
                report["notes"].append(note)
            continue
        report["versions"][name] = builds[name]["version"]
        if name == OURS:
            builds |= dict.fromkeys(VARIANTS, builds[OURS])
    return builds


def _ask(size: int, processes: dict[str, rounds.Process], found: dict[str, Any]) -> None:
    """Measure questions: hot, cold, memory, answers, profile, and the set of real words."""
    engines, mixed = found["engines"], queries.mixed_questions(QUESTIONS)
    _say(size, "questions, hot")
    hot = rounds.time_hot(processes, mixed, ROUNDS, SECONDS, f"hot {size}")
    for name, times in hot.items():
        engines[name] |= times.summary()
        engines[name]["ratio"] = statistics.median(rounds.ratios(times.cpu, hot[OURS].cpu))
        engines[name]["wall_ratio"] = statistics.median(rounds.ratios(times.wall, hot[OURS].wall))
        engines[name] |= processes[name].do("memory")
    _say(size, "answers compared, profile, real words")
    ours = processes[OURS].do("answers", mixed[:COMPARED])["answers"]
    for name, process in processes.items():
        n = max(5, min(COMPARED, int(COMPARED_MS / engines[name]["wall_p50"])))
        engines[name]["answers"] = rounds.compare_answers(ours, process.do("answers", mixed[:n])["answers"])
    found["profile"] = processes[OURS].do("profile", mixed)
    both = {name: processes[name] for name in (OURS, DEFAULT)}
    real = rounds.time_hot(both, queries.real_questions(QUESTIONS), ROUNDS, SECONDS, f"real {size}")
    found["real"] = {"plain": real[OURS].summary(), "default": real[DEFAULT].summary()}
    found["real"]["ratio"] = statistics.median(rounds.ratios(real[DEFAULT].cpu, real[OURS].cpu))
    _say(size, "questions, cold")
    cold = rounds.time_cold(processes, mixed[:COLD_QUESTIONS], COLD_SECONDS, f"cold {size}")
    for name, kinds in cold.items():
        engines[name] |= {"cold_cpu": statistics.median(kinds["cpu"]), "first_cpu": statistics.median(kinds["first"])}
        pairs = zip(kinds["cpu"], cold[OURS]["cpu"], strict=False)
        engines[name]["cold_ratio"] = statistics.median(theirs / ours for theirs, ours in pairs)


def _doubts(size: int, found: dict[str, Any]) -> list[str]:
    """Return a warning for each peer whose totals differ so often that it cannot be doing the same work."""
    shares = {name: engine["answers"]["same_total"] for name, engine in found["engines"].items() if name in PEERS}
    return [
        f"DO NOT TRUST the ratio of {name} at {size:,} articles: only {share:.0%} of its totals are ours."
        for name, share in shares.items()
        if share < LEAST_AGREEMENT
    ]


def _serve(size: int, index: Path, folder: Path, found: dict[str, Any]) -> None:
    """Measure the page, and many readers at a time."""
    from benchmark.load import run_load  # the product's web page is not needed otherwise

    asked: list[Question] = queries.mixed_questions(QUESTIONS)
    _say(size, "the /search response")
    command = [sys.executable, "-m", "benchmark.web", str(index)]
    given = json.dumps([question.to_json() for question in asked])
    done = subprocess.run(command, check=True, input=given, stdout=subprocess.PIPE, text=True)
    found["web"] = json.loads(done.stdout)
    _say(size, "many readers while a new index is switched in")
    found["load"] = run_load(index, asked, folder / "load")


def _machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def _say(size: int, what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {size:,} articles: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
