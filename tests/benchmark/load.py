"""Many readers over HTTP on loopback against a real `pprsearch serve`, while a new generation is switched in.

The new generation is a copy of the live one in which topics are called otherwise, so that a page shows which of the
two answered. It is switched in as a build does it, in the middle of the run. Readers and server share the machine's
cores, so throughput is that of both together. Bounded in requests and in seconds.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.rounds import percentile
from benchmark.web import address
from benchmark.work import ROOT, Question
from indexer.store import GENERATIONS, MANIFEST, live_name, switch

READERS = 16
SECONDS = 15
MAX_REQUESTS = 20_000
NEW_NAME = "000002"
MARK = "(as renamed)"
PATIENCE_S = 60


@dataclass(slots=True)
class Seen:
    """What the readers saw: (when it ended, milliseconds, by which generation) per answer, and what went wrong."""

    answers: list[tuple[float, float, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run_load(index: Path, questions: Sequence[Question], folder: Path) -> dict[str, Any]:
    """Return throughput, latencies and errors; `index` stays as it is."""
    _copy(index, folder)
    command = [sys.executable, "-c", "from webui.cli import main; main()", "serve", "--index", str(folder)]
    command += ["--corpus", str(ROOT / "corpus"), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        host, port = server.stdout.readline().rsplit("http://", 1)[1].strip().strip("/").split(":")
        seen = Seen()
        numbers = itertools.count()
        start = time.monotonic()
        readers = [
            threading.Thread(target=_read, args=(host, int(port), questions, numbers, start + SECONDS, seen))
            for _ in range(READERS)
        ]
        for reader in readers:
            reader.start()
        time.sleep(SECONDS / 2)
        switch(folder, NEW_NAME)
        switched = time.monotonic()
        for reader in readers:
            reader.join()
        return _summary(seen, start, switched)
    finally:
        server.terminate()
        server.wait(PATIENCE_S)
        shutil.rmtree(folder, ignore_errors=True)


def _copy(index: Path, folder: Path) -> None:
    """Make an index folder with the live generation of another and a copy of it that shows a topic by another name."""
    name = live_name(index)
    assert name is not None
    shutil.rmtree(folder, ignore_errors=True)
    for copy in ("000001", NEW_NAME):
        shutil.copytree(index / GENERATIONS / name, folder / GENERATIONS / copy, copy_function=os.link)
    manifest = folder / GENERATIONS / NEW_NAME / MANIFEST
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["labels"]["topic"] = {slug: f"{label} {MARK}" for slug, label in content["labels"]["topic"].items()}
    manifest.unlink()  # it is a link to the live one
    manifest.write_text(json.dumps(content), encoding="utf-8")
    switch(folder, "000001")


def _read(
    host: str, port: int, questions: Sequence[Question], numbers: itertools.count[int], end: float, seen: Seen
) -> None:
    """Ask one question after the other, as one reader after the other would."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    while time.monotonic() < end and (number := next(numbers)) < MAX_REQUESTS:
        url = address(questions[number % len(questions)])
        start = time.monotonic()
        try:
            connection.request("GET", url)
            response = connection.getresponse()
            body = response.read()
            now = time.monotonic()
            if response.status != 200 or not body.rstrip().endswith(b"</html>"):
                seen.errors.append(f"{url}: {response.status}, {len(body)} bytes")
            else:
                seen.answers.append((now, (now - start) * 1000, "new" if MARK.encode() in body else "old"))
        except (OSError, http.client.HTTPException) as error:
            seen.errors.append(f"{url}: {error!r}")
            connection.close()
    connection.close()


def _summary(seen: Seen, start: float, switched: float) -> dict[str, Any]:
    ms = [latency for _, latency, _ in seen.answers]
    new = [when for when, _, generation in seen.answers if generation == "new"]
    around = [latency for when, latency, _ in seen.answers if switched - 0.5 <= when <= switched + 2.5]
    return {
        "readers": READERS,
        "requests": len(ms),
        "errors": len(seen.errors),
        "first_errors": seen.errors[:5],
        "per_second": len(ms) / (max(when for when, _, _ in seen.answers) - start),
        "p50_ms": percentile(ms, 50),
        "p95_ms": percentile(ms, 95),
        "p99_ms": percentile(ms, 99),
        "p99_around_switch_ms": percentile(around, 99),
        "answered_by_new": len(new),
        "seconds_to_new": min(new) - switched if new else None,
    }
