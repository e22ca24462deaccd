"""The browser of these tests: one that runs here, or one that can be installed without a question.

As a program, what `make test` does before the tests: install a browser unless one runs already. It ends with 1 only
where CI=true and none can be had; elsewhere the other tests go on, and the last lines of their run say what was not.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
START_MS = 20_000
INSTALL_SECONDS = 600  # of one command; Debian's Chromium is 100 MB to download
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    # names other than the tests' own server are not even looked up
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
MEND = "as root: .venv/bin/python tests/browser/browser.py (on Debian it is: apt-get install chromium libatomic1)"


@contextmanager
def opened() -> Iterator[Browser | None]:
    """Give the first browser that shows a page, and close it afterwards; None when there is none."""
    with ExitStack() as stack:
        try:
            playwright = stack.enter_context(sync_playwright())
        except Exception:  # what Playwright raises when its own driver does not start: a bare Debian lacks libatomic1
            yield None
            return
        browser = _launch(playwright)
        yield browser
        if browser:
            browser.close()


def _launch(playwright: Playwright) -> Browser | None:
    """Return the first browser that shows a page.

    That its file is there proves little: Ubuntu's `chromium-browser` is a script that asks for a snap.
    """
    for executable in _executables():
        try:
            browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS), timeout=START_MS)
            page = browser.new_page()
            page.set_content("<p>It runs.")
            page.close()
        except Error:
            continue
        return browser
    return None


def is_required() -> bool:
    """Tell whether this is a run whose result others rely on, so that nothing may be left out in silence."""
    return os.environ.get("CI", "").lower() == "true"


def _executables() -> Iterator[str | None]:
    yield from filter(None, map(shutil.which, NAMES))
    yield None  # the one that Playwright's own installer brings


def _runs() -> bool:
    with opened() as browser:
        return browser is not None


def _ways() -> Iterator[tuple[str, list[list[str]]]]:
    """Yield (what it is, commands that do it), the best way first. None of them asks anything."""
    apt = "apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=60".split()
    update = [*apt, "update"]
    install = [*apt, "install", "-y", "--no-install-recommends", "libatomic1"]  # which Playwright's own driver needs
    has_apt = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if has_apt and _system() == "debian":  # Ubuntu's package is a script that asks for a snap
        yield "from Debian's packages", [update, [*install, "chromium"]]
    fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
    yield "with Playwright's installer", [update, install, [*fetch, "--with-deps"]] if has_apt else [fetch]


def _system() -> str:
    """Return the name of the distribution, such as "debian"; "" where nothing says it."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line[3:].strip('"') for line in lines if line.startswith("ID=")), "")


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


def main() -> int:
    """Install a browser unless one runs; return the code to end with."""
    if _runs():
        return 0
    for name, commands in _ways():
        print(f"Installing Chromium for the browser tests, {name}; this can take some minutes.", flush=True)
        problem = next(filter(None, map(_run, commands)), "")
        if _runs():
            return 0
        print(f"That gave no browser: {problem or 'what was installed does not start'}", flush=True)
    if not is_required():
        return 0
    print(f"NO BROWSER, and under CI=true the browser tests must run. Mend it, {MEND}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
