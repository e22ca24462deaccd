"""What the fault tests share: the command line as a process of its own, and an index made of one page."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from forked import PPRSEARCH, ROOT, environment

from indexer.build import build_from_pages
from indexer.config import Config

SAMPLE = ROOT / "corpus" / "sample"

Outcome = subprocess.CompletedProcess[str]
Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function: arguments -> the finished process, run in an empty folder; nothing may end in a traceback."""

    def run_command(*arguments: str | Path, **options: object) -> Outcome:
        settings = {"cwd": tmp_path, "env": environment(), "capture_output": True, "text": True, "encoding": "utf-8"}
        command = [*PPRSEARCH, *map(str, arguments)]
        done: Outcome = subprocess.run(command, check=False, timeout=120, **{**settings, **options})  # type: ignore[call-overload]
        assert "Traceback" not in (done.stderr or ""), done.stderr
        assert "unexpected error" not in (done.stderr or ""), done.stderr
        assert "Exception ignored" not in (done.stderr or ""), done.stderr
        return done

    return run_command


@pytest.fixture(scope="session")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder with one live generation, of two digests; tests damage copies of it."""
    folder = tmp_path_factory.mktemp("intact") / "index"
    build_from_pages(Config(corpus=ROOT / "corpus", index=folder), [SAMPLE / "2020-12.html"], lambda _: None)
    return folder


@pytest.fixture
def index(tmp_path: Path, intact: Path) -> Path:
    """A copy of it, where `run` runs."""
    shutil.copytree(intact, tmp_path / "index")
    return tmp_path / "index"
