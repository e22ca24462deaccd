"""A source archive of this checkout, and wheels made of it: no build touches what is being tested."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def source_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive of this checkout, built by the installed hatchling without any network."""
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return next(folder.iterdir())


@pytest.fixture(scope="session")
def unpacked(source_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is in the source archive."""
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", str(source_archive), "-C", str(folder)], check=True)
    return next(folder.iterdir())


@pytest.fixture(scope="session")
def build_wheel(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, str]]:
    """Return a function: folder of the sources; variables of the environment -> a wheel, and what stderr said."""

    def build(sources: Path, **environment: str) -> tuple[Path, str]:
        folder = tmp_path_factory.mktemp("wheel")
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        built = subprocess.run(
            command, cwd=sources, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )
        assert built.returncode == 0, built.stdout + built.stderr
        return next(folder.glob("*.whl")), built.stderr

    return build
