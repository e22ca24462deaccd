"""The browser of these tests: one that runs here, or one that can be installed without a question.

As a program, what `make test` does before the tests: install a browser unless one runs already. It ends with 1 only
where CI=true and none can be had; elsewhere the other tests go on, and the last lines of their run say what was not.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import machine
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
START_MS = 20_000
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    # names other than the tests' own server are not even looked up
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
MISSING = "no browser runs here"
MEND = "as root: make test, which installs one (on Debian it is: apt-get install chromium libatomic1)"


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


def _executables() -> Iterator[str | None]:
    yield from filter(None, map(shutil.which, NAMES))
    yield None  # the one that Playwright's own installer brings


def _problem() -> str:
    with opened() as browser:
        return "" if browser else MISSING


def _ways() -> Iterator[tuple[str, list[list[str]]]]:
    """Yield (what it is, commands that do it), the best way first. None of them asks anything."""
    own = "libatomic1"  # which Playwright's own driver needs
    if machine.can_install() and machine.system() == "debian":  # Ubuntu's package is a script that asks for a snap
        yield "Chromium from Debian's packages, which can take some minutes", machine.installing(own, "chromium")
    by_playwright = "Chromium with Playwright's installer, which can take some minutes"
    fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
    if machine.can_install():
        yield by_playwright, [*machine.installing(own), [*fetch, "--with-deps"]]
    else:
        yield by_playwright, [fetch]


def main() -> int:
    """Install a browser unless one runs; return the code to end with."""
    return machine.provide("a browser", _problem, _ways(), MEND)


if __name__ == "__main__":
    sys.exit(main())
