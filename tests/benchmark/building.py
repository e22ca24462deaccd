"""Records -> the folder of one engine, in a process of its own, so that its time and peak memory are its own.

Run as `python -m benchmark.building ENGINE RECORDS FOLDER`. What was measured is kept in the folder; as long as the
library and the way the adapter builds stay the same, neither is made again.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmark.engines import OURS, load_engine
from benchmark.work import ROOT

REPORT = "benchmark.json"
INDEX = "index"
# what our index depends on; searching is not among it, so that a faster search needs no new index
BUILT_BY = ("analysis.py", "documents.py", "schema.py", "records.py", "writing.py", "engines/*.py")


def ensure_built(name: str, records: Path, folder: Path) -> dict[str, Any]:
    """Return the report of a build that is there and fresh, or build anew. CalledProcessError when that fails."""
    key = _key(name, records)
    report = folder / REPORT
    if report.exists():
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        if found["key"] == key:
            return found
    shutil.rmtree(folder, ignore_errors=True)
    (folder / INDEX).mkdir(parents=True)
    command = [sys.executable, "-m", "benchmark.building", name, str(records), str(folder / INDEX)]
    measured: dict[str, Any] = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    )
    measured["key"] = key
    report.write_text(json.dumps(measured), encoding="utf-8")
    return measured


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _key(name: str, records: Path) -> str:
    """Return what changes when the index has to be made anew."""
    engine = load_engine(name)
    module = sys.modules[engine.__module__]
    recipe = inspect.getsource(engine.build) + getattr(module, "SCHEMA", "")
    recipe += inspect.getsource(module._schema) if hasattr(module, "_schema") else ""
    patterns = BUILT_BY if name == OURS else ()
    sources = [path for pattern in patterns for path in sorted((ROOT / "indexer").glob(pattern))]
    digest = hashlib.sha256(recipe.encode() + b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return f"{engine.version()}; corpus {_file_digest(records)}; {digest}"


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def _measure(name: str, records: Path, folder: Path) -> dict[str, Any]:
    engine = load_engine(name)
    before = _max_rss_mb()
    cpu, wall = os.times(), time.perf_counter()
    more = engine.build(records, folder)
    after = os.times()
    return {
        "version": engine.version(),
        "wall_s": time.perf_counter() - wall,
        "cpu_s": after.user + after.system - cpu.user - cpu.system,
        "idle_mb": before,
        "peak_mb": _max_rss_mb(),
        "bytes": folder_bytes(folder),
        **more,
    }


def _max_rss_mb() -> float:
    """Return the most memory that this program held; `ru_maxrss` would also tell of the process that started it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmHWM")


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
