"""A machine without a browser: the other tests run, the last lines say what did not, and CI does not accept it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import browser
import pytest
from serving import ROOT

SNAP_STUB = "#!/bin/sh\necho 'Command requires the chromium snap to be installed.' >&2\nexit 1\n"


def run_one_browser_test(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a test of the start page, and one that needs no browser, where `chromium` is Ubuntu's script."""
    stub = folder / "chromium"
    stub.write_text(SNAP_STUB)
    stub.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    kept |= {"PATH": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder), **environment}
    tests = ["tests/browser/test_axe.py::test_axe_itself_finds_what_is_wrong", "tests/unit/test_bitmap.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("missing", ["browser", "driver"])
def test_without_a_browser_the_rest_runs_and_the_last_lines_name_what_did_not_and_the_mend(
    tmp_path: Path, missing: str
) -> None:
    # Playwright's own driver does not start where a library is missing
    environment = {"PLAYWRIGHT_NODEJS_PATH": str(tmp_path / "chromium")} if missing == "driver" else {}
    done = run_one_browser_test(tmp_path, **environment)
    assert done.returncode == 0
    *_, summary, loud, mend = done.stdout.strip().splitlines()
    assert "passed" in summary and "1 skipped" in summary
    assert loud == f"NOT RUN: 1 of the tests, for {browser.MISSING}."
    assert mend == f"Mend it, {browser.MEND}"


def test_under_ci_a_missing_browser_is_a_failure(tmp_path: Path) -> None:
    done = run_one_browser_test(tmp_path, CI="true")
    assert done.returncode == 1
    assert f"{browser.MISSING}. Mend it, {browser.MEND}" in done.stdout
