"""One engine in a process of its own: questions in, times or answers out. Driven by rounds.py over stdin and stdout.

Run as `python -m benchmark.worker ENGINE FOLDER`. It opens the engine and answers a first question before it says that
it is ready, so starting it measures a cold start. A line of JSON asks, a line of JSON answers.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmark.engines import load_engine
from benchmark.work import ROOT, Question

FIRST = Question(("therapist", "alliance", "outcome"))
MOST_FUNCTIONS = 12
WAKE_UP = 3  # questions, after which the next ones take no less time (measured)


class Worker:
    """The engine, open, and what it can be asked to do."""

    def __init__(self, name: str, folder: Path) -> None:
        self._open = lambda: load_engine(name)(folder)
        self._engine = self._open()
        self._engine.ask(FIRST)

    def time(self, questions: list[Question]) -> dict[str, Any]:
        """Return milliseconds for each question, as hot as the process is.

        A process that waited while others worked finds the caches of the processor taken: its first question costs
        twice to three times as much. That comes from taking turns, so unmeasured questions go before.
        """
        for _ in range(WAKE_UP):
            self._engine.ask(FIRST)
        measured = [_timed(self._engine.ask, question) for question in questions]
        return {"cpu": [cpu for cpu, _ in measured], "wall": [wall for _, wall in measured]}

    def time_cold(self, questions: list[Question]) -> dict[str, Any]:
        """Return milliseconds for each question on an engine opened anew, after one other question.

        `first` is that other question: what opening leaves to the first reader.
        """
        first, cold = [], []
        for question in questions:
            self._engine.close()
            self._engine = self._open()
            first.append(_timed(self._engine.ask, FIRST)[0])
            cold.append(_timed(self._engine.ask, question)[0])
        return {"first": first, "cpu": cold}

    def answers(self, questions: list[Question]) -> dict[str, Any]:
        """Return the answers, to be compared."""
        return {"answers": [asdict(self._engine.answer(self._engine.ask(question))) for question in questions]}

    def memory(self, questions: list[Question]) -> dict[str, Any]:
        """Return the memory of this process in MB: all, and what is its own (not mapped from files)."""
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.endswith(" kB")}
        return {"rss_mb": sizes["VmRSS"], "own_mb": sizes["RssAnon"]}

    def profile(self, questions: list[Question]) -> dict[str, Any]:
        """Return the functions in which most time is spent, themselves alone: (share, seconds, calls, name)."""
        profiler = cProfile.Profile()
        profiler.enable()
        for question in questions:
            self._engine.ask(question)
        profiler.disable()
        stats = pstats.Stats(profiler)
        total: float = stats.total_tt  # type: ignore[attr-defined]
        rows = [
            (own / total, own, calls, _function(*where))
            for where, (_, calls, own, _, _) in stats.stats.items()  # type: ignore[attr-defined]
        ]
        return {"functions": sorted(rows, reverse=True)[:MOST_FUNCTIONS], "questions": len(questions)}


def _timed(ask: Callable[[Question], Any], question: Question) -> tuple[float, float]:
    """Return CPU and wall milliseconds of one question; CPU counts all threads of the process."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask(question)
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


def _function(file: str, line: int, name: str) -> str:
    path = Path(file)
    where = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) and ".venv" not in file else path.name
    return f"{where}:{line} {name}" if line else name


def main() -> None:
    """Serve until the input ends."""
    worker = Worker(sys.argv[1], Path(sys.argv[2]))
    spent = os.times()
    print(json.dumps({"cpu_s": spent.user + spent.system}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        questions = [Question.from_json(item) for item in request["questions"]]
        print(json.dumps(getattr(worker, request["do"])(questions)), flush=True)


if __name__ == "__main__":
    main()
