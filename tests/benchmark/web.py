"""The whole `/search` response beside a bare Flask response: what a page costs the server, without the network.

Run as `python -m benchmark.web INDEX` with questions as JSON on stdin. Both applications are called as WSGI
applications in one process, in blocks by turns; the page is not cached, and measured as it is and compressed.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from benchmark.rounds import BLOCK, percentile
from benchmark.work import ROOT, Question
from indexer import Config, SearchRequest
from webui import create_app
from webui.params import State

ROUNDS = 5


def address(question: Question) -> str:
    """Return the address of a question's page, in the form that needs no redirect."""
    low, high = question.years or (None, None)
    request = SearchRequest(question.text, question.topics, question.types, low, high)
    return f"/search?{State(request).query()}"


def measure(index: Path, questions: list[Question]) -> dict[str, Any]:
    """Return CPU milliseconds of both, the ratio question by question, the size of a page, and the same compressed."""
    app = create_app(Config(corpus=ROOT / "corpus", index=index))
    apps: dict[str, Callable[..., Iterable[bytes]]] = {"bare": _bare(), "search": app, "compressed": app}
    rng = random.Random(len(questions))
    times: dict[str, dict[int, list[float]]] = {name: {} for name in apps}
    sizes: dict[str, list[int]] = {name: [] for name in apps}
    for number in range(ROUNDS + 1):
        for first in range(0, len(questions), BLOCK):
            for name in rng.sample(sorted(apps), len(apps)):
                for i, question in enumerate(questions[first : first + BLOCK], first):
                    ms, size = _call(apps[name], address(question), accept="br" if name == "compressed" else "")
                    if number:
                        times[name].setdefault(i, []).append(ms)
                        sizes[name].append(size)
    bare = statistics.median(ms for rounds in times["bare"].values() for ms in rounds)
    pages = [statistics.median(rounds) for rounds in times["search"].values()]
    return {
        "bare_ms": bare,
        "search_ms": statistics.median(pages),
        "search_p95_ms": percentile(pages, 95),
        "ratio": statistics.median(page / bare for page in pages),
        "page_bytes": statistics.median(sizes["search"]),
        "compressed_ratio": statistics.median(
            statistics.median(rounds) / bare for rounds in times["compressed"].values()
        ),
        "compressed_bytes": statistics.median(sizes["compressed"]),
    }


def _bare() -> Flask:
    app = Flask(__name__)

    @app.get("/search")
    def search() -> str:
        return "<!doctype html><title>Search</title>"

    return app


def _call(app: Callable[..., Iterable[bytes]], url: str, accept: str) -> tuple[float, int]:
    """Return CPU milliseconds and bytes of an answer; `accept`: what it may be compressed with, or ""."""
    path, _, query = url.partition("?")
    headers = {"Accept-Encoding": accept} if accept else {}
    environ = EnvironBuilder(path=path, query_string=query, headers=headers).get_environ()
    answered: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        answered.append(status)

    cpu = time.process_time()
    size = sum(map(len, app(environ, start_response)))
    ms = (time.process_time() - cpu) * 1000
    if answered != ["200 OK"]:
        raise RuntimeError(f"{url} was answered with {answered}")
    return ms, size


if __name__ == "__main__":
    asked = [Question.from_json(item) for item in json.load(sys.stdin)]
    print(json.dumps(measure(Path(sys.argv[1]), asked)))
