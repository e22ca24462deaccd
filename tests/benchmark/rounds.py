"""Questions -> times of all engines: each in a process of its own, one at a time, in blocks, in random order.

Interleaving is what makes ratios trustworthy: whatever else the machine does, it does to all of them. A ratio is taken
question by question, between the medians of an engine's rounds, and the median over the questions is reported.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.work import Question

BLOCK = 10
WARM_UP_SHARE = 0.3  # of an engine's seconds
STARTS = 5


class Process:
    """A worker process; ready when made. `start_wall_s`, `start_cpu_s`: from nothing to its first answer."""

    def __init__(self, name: str, folder: Path) -> None:
        start = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmark.worker", name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.start_cpu_s: float = self._read()["cpu_s"]
        self.start_wall_s = time.perf_counter() - start

    def do(self, what: str, questions: Sequence[Question] = ()) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, "questions": [q.to_json() for q in questions]}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with code {self._process.wait()}")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        self._process.communicate()


@dataclass(slots=True)
class Times:
    """CPU and wall milliseconds of one engine, by question and round."""

    cpu: dict[int, list[float]] = field(default_factory=dict)
    wall: dict[int, list[float]] = field(default_factory=dict)

    def add(self, first: int, reply: Mapping[str, list[float]]) -> None:
        for kind, mine in (("cpu", self.cpu), ("wall", self.wall)):
            for i, ms in enumerate(reply[kind], first):
                mine.setdefault(i, []).append(ms)

    def summary(self) -> dict[str, float]:
        """Return median and 95th percentile over all questions and rounds."""
        cpu, wall = ([ms for rounds in kind.values() for ms in rounds] for kind in (self.cpu, self.wall))
        return {
            "questions": len(self.cpu),
            "cpu_p50": statistics.median(cpu),
            "cpu_p95": percentile(cpu, 95),
            "wall_p50": statistics.median(wall),
            "wall_p95": percentile(wall, 95),
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)]


def ratios(theirs: Mapping[int, Sequence[float]], ours: Mapping[int, Sequence[float]]) -> list[float]:
    """Return theirs / ours for each question that both were asked."""
    both = sorted(theirs.keys() & ours.keys())
    return [statistics.median(theirs[i]) / statistics.median(ours[i]) for i in both]


def time_hot(
    processes: Mapping[str, Process], questions: Sequence[Question], rounds: int, seconds: float, seed: str
) -> dict[str, Times]:
    """Ask all questions once unmeasured, then `rounds` times; an engine that used up its seconds sits out the rest."""
    rng = random.Random(seed)
    times = {name: Times() for name in processes}
    spent = dict.fromkeys(processes, 0.0)
    for number in range(rounds + 1):
        allowed = seconds if number else seconds * WARM_UP_SHARE
        for first in range(0, len(questions), BLOCK):
            turn = [name for name in processes if spent[name] < allowed]
            rng.shuffle(turn)
            for name in turn:
                start = time.perf_counter()
                reply = processes[name].do("time", questions[first : first + BLOCK])
                spent[name] += time.perf_counter() - start
                if number:
                    times[name].add(first, reply)
    return times


def time_cold(
    processes: Mapping[str, Process], questions: Sequence[Question], seconds: float, seed: str
) -> dict[str, dict[str, list[float]]]:
    """Ask each question of an engine opened anew; see `Worker.time_cold`."""
    rng = random.Random(seed)
    found: dict[str, dict[str, list[float]]] = {name: {"first": [], "cpu": []} for name in processes}
    spent = dict.fromkeys(processes, 0.0)
    for question in questions:
        turn = [name for name in processes if spent[name] < seconds]
        rng.shuffle(turn)
        for name in turn:
            start = time.perf_counter()
            reply = processes[name].do("time_cold", [question])
            spent[name] += time.perf_counter() - start
            for kind, values in found[name].items():
                values += reply[kind]
    return found


def time_starts(folders: Mapping[str, Path], seed: str) -> dict[str, dict[str, float]]:
    """Start each engine several times, in random order; return the median seconds to its first answer."""
    rng = random.Random(seed)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in folders}
    for _ in range(STARTS):
        for name in rng.sample(sorted(folders), len(folders)):
            process = Process(name, folders[name])
            found[name].append((process.start_cpu_s, process.start_wall_s))
            process.close()
    return {
        name: {
            "cpu_s": statistics.median(cpu for cpu, _ in starts),
            "wall_s": statistics.median(wall for _, wall in starts),
        }
        for name, starts in found.items()
    }


def compare_answers(ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how far an engine's answers agree with ours: totals, counts, and the ten."""
    pairs = list(zip(ours, theirs, strict=False))
    off = [abs(b["total"] - a["total"]) / max(1, a["total"]) for a, b in pairs if a["total"] != b["total"]]
    shared = [len({*a["ids"]} & {*b["ids"]}) / len({*a["ids"]}) for a, b in pairs if a["ids"]]
    return {
        "questions": len(pairs),
        "same_total": sum(a["total"] == b["total"] for a, b in pairs) / len(pairs),
        "same_counts": sum(a["counts"] == b["counts"] for a, b in pairs) / len(pairs),
        "off_by": statistics.median(off) if off else 0.0,
        "off_by_most": max(off, default=0.0),
        "same_hits": statistics.mean(shared),
        "snippets": sum(b["snippets"] for _, b in pairs) / max(1, sum(len(b["ids"]) for _, b in pairs)),
    }
