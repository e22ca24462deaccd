"""What the fault tests share: the command line as a process of its own, and an index made of one page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import build_from_pages
from indexer.config import Config

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"
PPRSEARCH = [sys.executable, "-c", "from webui.cli import main; main()"]

Outcome = subprocess.CompletedProcess[str]
Run = Callable[..., Outcome]


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without settings of the program, plus `variables`."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PPRSEARCH_")} | variables


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
