"""Servers for the tests: inputs in; an index built and served by the program's own commands, its address out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"
PROGRAM = [sys.executable, "-c", "from webui.cli import main; main()"]
BUILD_SECONDS = 120
STOP_SECONDS = 20


@contextmanager
def serving(folder: Path, *inputs: str | Path) -> Iterator[str]:
    """Build an index of the inputs of `pprsearch build` in an empty folder, serve it, and give its address without "/".

    The corpus folder is empty too: the shipped tables are used, whatever a librarian keeps in this checkout.
    """
    (folder / "corpus").mkdir()
    places = ["--corpus", str(folder / "corpus"), "--index", str(folder / "index")]
    built = subprocess.run(
        [*PROGRAM, "build", *map(str, inputs), *places], capture_output=True, text=True, timeout=BUILD_SECONDS
    )
    if built.returncode not in (0, 3):  # 3 is done, with warnings
        raise RuntimeError(f"the index was not built: {built.stderr}")
    command = [*PROGRAM, "serve", "--port", "0", *places]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout and server.stderr
        line = server.stdout.readline()
        if "http://" not in line:
            raise RuntimeError(f"the server did not start: {line}{server.stderr.read()}")
        yield line.rsplit(" at ", 1)[1].strip().rstrip("/")
    finally:
        server.terminate()
        server.communicate(timeout=STOP_SECONDS)
