"""What a page of results costs its reader: bytes, requests, and next to nothing the second time.

.venv/bin/pytest -s tests/browser/test_budget.py     prints the figures
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page
from reader import Reader

Readers = Callable[..., Reader]
MAX_BYTES = 35 * 1024  # of all bodies together, as they travel (ux.md, R31)
MAX_REQUESTS = 4
RESULTS = "/search?q=video+therapy+alliance"


class Traffic:
    """What travels to a page: (path, bytes of the body as sent, from the browser's own cache) per answer."""

    def __init__(self, page: Page) -> None:
        self._urls: dict[str, str] = {}
        self._headers: dict[str, dict[str, str]] = {}
        self._cached: set[str] = set()
        self.answers: list[tuple[str, int, bool]] = []
        session: CDPSession = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._received)
        session.on("Network.requestServedFromCache", lambda event: self._cached.add(event["requestId"]))
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict) -> None:  # type: ignore[type-arg]
        self._urls[event["requestId"]] = event["response"]["url"]
        self._headers[event["requestId"]] = event["response"]["headers"]
        if event["response"].get("fromDiskCache"):
            self._cached.add(event["requestId"])

    def _finished(self, event: dict) -> None:  # type: ignore[type-arg]
        number = event["requestId"]
        headers = {name.lower(): value for name, value in self._headers.get(number, {}).items()}
        size = int(headers.get("content-length", event["encodedDataLength"]))
        self.answers.append((self._urls.get(number, "?"), size, number in self._cached))

    def sent(self) -> list[tuple[str, int]]:
        """Return what came over the network."""
        return [(url, size) for url, size, is_cached in self.answers if not is_cached]


def open_and_settle(someone: Reader, path: str) -> None:
    someone.open(path)
    someone.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("query", ["/search", RESULTS, f"{RESULTS}&topic=alliance&from=2014&to=2022", "/search?q=zzzz"])
def test_a_page_of_results_stays_within_its_budget(reader: Readers, crowded: str, query: str) -> None:
    someone = reader(crowded)
    traffic = Traffic(someone.page)
    open_and_settle(someone, query)
    sent = traffic.sent()
    total = sum(size for _, size in sent)
    print(f"\n{query}: {total / 1024:.1f} of {MAX_BYTES // 1024} KB, {len(sent)} of {MAX_REQUESTS} requests")
    for url, size in sent:
        print(f"  {size / 1024:5.1f} KB  {url.removeprefix(crowded)}")
    assert 5_000 < total <= MAX_BYTES
    assert 3 <= len(sent) <= MAX_REQUESTS
    assert {request.resource_type for request in someone.requests} <= {
        "document",
        "stylesheet",
        "script",
        "other",
        "image",
    }


def test_no_font_travels(reader: Readers) -> None:
    page = reader().open(RESULTS)
    assert page.evaluate("() => [...document.fonts].length") == 0


def test_the_second_page_costs_the_page_alone(reader: Readers) -> None:
    someone = reader()
    open_and_settle(someone, "/")
    traffic = Traffic(someone.page)
    open_and_settle(someone, RESULTS)
    assert [url.removeprefix(someone.site) for url, _ in traffic.sent()] == [RESULTS]


def test_the_same_page_again_is_a_304_without_a_body(reader: Readers) -> None:
    someone = reader()
    open_and_settle(someone, RESULTS)
    request = someone.page.context.request  # the browser itself shows its reader a 200
    first = request.get(someone.site + RESULTS)
    again = request.get(someone.site + RESULTS, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body()) == (304, b"")
    other = request.get(f"{someone.site}/search?q=empathy", headers={"If-None-Match": first.headers["etag"]})
    assert other.status == 200


def test_pages_and_files_travel_compressed_and_files_are_kept_by_what_they_hold(reader: Readers) -> None:
    someone = reader()
    page = someone.open(RESULTS)
    files = page.locator("link[rel=stylesheet], script[src]").evaluate_all("all => all.map(e => e.href || e.src)")
    assert len(files) == 2
    for url in (page.url, *files):
        answer = page.context.request.get(url, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip", url
    for url in files:
        answer = page.context.request.get(url)
        assert "?v=" in url or "-" in url.rsplit("/", 1)[1]
        assert "max-age=31536000" in answer.headers["cache-control"], url


def test_a_step_in_place_costs_one_page(reader: Readers) -> None:
    someone = reader()
    open_and_settle(someone, RESULTS)
    traffic = Traffic(someone.page)
    someone.follow(someone.page.locator("[data-facet=topic] a.row").first)
    someone.page.wait_for_load_state("networkidle")
    assert [url.removeprefix(someone.site) for url, _ in traffic.sent()] == [someone.path]
