"""What this machine lacks for a test: installed without a question where that is possible, else missed aloud."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import pytest

INSTALL_SECONDS = 600  # of one command; Debian's Chromium is 100 MB to download
APT = "apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=60".split()
THEN = ". Mend it, "  # between what is missing and what helps


def is_required() -> bool:
    """Tell whether this is a run whose result others rely on, so that nothing may be left out in silence."""
    return os.environ.get("CI", "").lower() == "true"


def leave_out(missing: str, mend: str) -> NoReturn:
    """End a test that cannot run here: skipped, and named in the last lines of the run, or failed under CI=true."""
    (pytest.fail if is_required() else pytest.skip)(f"{missing}{THEN}{mend}")


def can_install() -> bool:
    """Tell whether Debian packages can be installed: somebody is root, and apt-get is there."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def installing(*packages: str) -> list[list[str]]:
    """Return the commands that install Debian packages, and ask nothing."""
    return [[*APT, "update"], [*APT, "install", "-y", "--no-install-recommends", *packages]]


def provide(what: str, problem: Callable[[], str], ways: Iterable[tuple[str, list[list[str]]]], mend: str) -> int:
    """Install what tests need unless it is there; return the code for a program to end with: 1 only under CI=true.

    problem  returns "" when it is there, else what is wrong.
    ways     (how, commands that do it), the best one first; asked for only when it is not there.
    """
    if not (reason := problem()):
        return 0
    for how, commands in ways:
        print(f"Installing {what}, for {reason}: {how}", flush=True)
        trouble = run(commands)
        if not (reason := problem()):
            return 0
        print(f"That did not help: {trouble or reason}", flush=True)
    if not is_required():
        return 0
    missing = what.removeprefix("a ").upper()
    print(f"NO {missing} ({reason}), and under CI=true its tests must run. Mend it, {mend}", file=sys.stderr)
    return 1


def system() -> str:
    """Return the name of the distribution, such as "debian"; "" where nothing says it."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line[3:].strip('"') for line in lines if line.startswith("ID=")), "")


def run(commands: list[list[str]]) -> str:
    """Run commands one after the other, to the first that fails. Return "" when all did their work, else its words."""
    return next(filter(None, map(_run, commands)), "")


def _run(command: list[str]) -> str:
    """Run a command without a terminal, for a bounded time. Return "" when it did its work, else its last words."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)  # its children too
        process.communicate()
        return f"it took more than {INSTALL_SECONDS} seconds"
    if process.returncode == 0:
        return ""
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), f"code {process.returncode}")
