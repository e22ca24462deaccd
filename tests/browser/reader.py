"""A reader at a browser: what they do, and a record of what no page may ever do to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

WIDE, NARROW = 1280, 320  # CSS pixels; 320 is also what a 1280 px window shows at 400 % zoom (WCAG 1.4.10)
HEIGHT = 800
PATIENCE_MS = 15_000  # what is slower than this is broken, on a busy machine too

# Every shift of what was painted already, those within half a second of a click too, which the metric CLS leaves out.
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => window.shifts.push(...list.getEntries().map(entry =>
  entry.value.toFixed(4) + ' ' + entry.sources.map(source => source.node?.className || source.node?.nodeName)
))).observe({type: 'layout-shift', buffered: true});
"""


def count_of(link: Locator) -> int:
    """Return the number beside a value of a facet; "+3" says how many a further choice adds."""
    return int(re.sub(r"\D", "", link.locator(".count").inner_text()))


class Reader:
    """One visitor with a window of their own and nothing remembered. `page` is the page they look at.

    site   the address of a server, without "/" at its end.
    Further options are Playwright's, of a new context.
    """

    def __init__(
        self, chromium: Browser, site: str, width: int = WIDE, script: bool = True, theme: str = "light", **options: Any
    ) -> None:
        self.site, self.script, self.width = site, script, width
        self._context = chromium.new_context(
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=script,
            color_scheme=theme,  # type: ignore[arg-type]
            **options,
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self._context.add_init_script(NOTE_SHIFTS)
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        self._context.on("console", self._hear)
        self._context.on("weberror", lambda error: self.complaints.append(f"script failed: {error.error}"))
        self._context.on("request", self._see_request)
        self._context.on("response", self._see_response)
        self._statuses: dict[str, int] = {}
        self.page: Page = self._context.new_page()

    def open(self, path: str, status: int = 200) -> Page:
        """Go to an address of the site, which must answer with this status, and wait until the page can be used."""
        response = self.page.goto(self.site + path)
        assert response and response.status == status, path
        self.wait_until_ready()
        return self.page

    def wait_until_ready(self) -> None:
        """Wait until the page's script, if it runs, has wired everything."""
        if self.script:
            self.page.locator("html[data-ready]").wait_for(state="attached")

    @contextmanager
    def answered(self) -> Iterator[None]:
        """Wait until what is done inside has brought other results, in place or as a new page."""
        if not self.script:
            with self.page.expect_navigation(wait_until="load"):
                yield
            return
        self.page.evaluate("() => document.querySelector('main > *').setAttribute('data-before', '')")
        yield
        self.page.locator("main > :not([data-before])").first.wait_for(state="attached")
        self.page.locator("main:not([aria-busy=true])").wait_for(state="attached")
        self.wait_until_ready()

    def follow(self, link: Locator) -> Page:
        """Click a link and wait for the results behind it."""
        with self.answered():
            link.click()
        return self.page

    def travel(self, link: Locator) -> Page:
        """Click a link that leads to another page, and wait until that can be used."""
        return self.travel_by(link.click)

    def travel_by(self, act: Callable[[], object]) -> Page:
        """Do what leads to another page, and wait until that can be used."""
        with self.page.expect_navigation(wait_until="load"):
            act()
        self.wait_until_ready()
        return self.page

    def ask(self, words: str) -> Page:
        """Type words into the box and press Enter."""
        self.page.locator("#q").fill(words)
        return self.travel_by(lambda: self.page.locator("#q").press("Enter"))

    def heading(self) -> str:
        """Return the h1 in one line: on a page of results the sentence that says what is shown."""
        return " ".join(self.page.locator("h1").inner_text().split())

    def total(self) -> int:
        """Return the number of digests that the heading tells."""
        found = re.match(r"(?:All )?([\d,]+|No) digest", self.heading())
        assert found, self.heading()
        return 0 if found[1] == "No" else int(found[1].replace(",", ""))

    @property
    def path(self) -> str:
        """The address in the address bar, from the path on."""
        return self.page.url.removeprefix(self.site)

    def shifts(self) -> list[str]:
        """Return what moved after it was painted: how far, and what."""
        return list(self.page.evaluate("() => window.shifts"))

    def focused(self) -> str:
        """Return the words of what has the focus, in one line; "BODY" when nothing has."""
        return str(
            self.page.evaluate(
                "() => document.activeElement === document.body ? 'BODY' : (document.activeElement.innerText || "
                "document.activeElement.id || document.activeElement.tagName).replace(/\\s+/g, ' ').trim()"
            )
        )

    def leave(self) -> list[str]:
        """Close the window. Return what the pages did that none may do."""
        cookies = [f"cookie: {cookie.get('name')}" for cookie in self._context.cookies()]
        self._context.close()
        return [complaint for complaint in self.complaints if not self._is_expected(complaint)] + cookies

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text} {message.location.get('url', '')}")

    def _see_request(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith((f"{self.site}/", "data:", "about:")):
            self.complaints.append(f"request to another host: {urlsplit(request.url).netloc} {request.url}")

    def _see_response(self, response: Response) -> None:
        self._statuses[response.url] = response.status

    def _is_expected(self, complaint: str) -> bool:
        """A page that answers 404 or 410 is told to the console by the browser itself."""
        url = complaint.rsplit(" ", 1)[1]
        return complaint.startswith("console: Failed to load resource") and self._statuses.get(url) in (404, 410)
