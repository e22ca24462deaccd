"""What machines and operators ask: is the process there, does the search work, what did the last run do?"""

from __future__ import annotations

import re

from flask import Response

from indexer import IndexMissingError, PprSearchError, SearchRequest
from webui.live import LiveGeneration
from webui.pages.status import status_facts, status_page
from webui.views.site import Site


def add_health(site: Site) -> None:
    """Add `/healthz`, `/readyz`, `/status` and `/status.json`."""

    @site.app.get("/healthz")
    def healthz() -> Response:
        return _line("ok", 200)

    @site.app.get("/readyz")
    def readyz() -> Response:
        """Answer 200 when the index is open and finds one of its digests, else 503 and why, without our folders."""
        try:
            live = site.live()
        except IndexMissingError:
            return _line("There is no index yet: run pprsearch build.", 503)
        except PprSearchError:
            return _line("The index cannot be opened: pprsearch check names the reason and the mend.", 503)
        if not _finds_its_newest(live):
            return _line("The index opens but does not find its newest digest: run pprsearch check.", 503)
        return _line("ok", 200)

    @site.app.get("/status")
    def status() -> Response:
        page = status_page(site.live(), site.addresses())
        return site.render("status.html", page, cached=False)  # the engine in use may change within a generation

    @site.app.get("/status.json")
    def status_json() -> Response:
        return site.json(status_facts(site.live()), cached=False)


def _line(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")


def _finds_its_newest(live: LiveGeneration) -> bool:
    """Search the words of the newest digest's title, as a reader would."""
    newest = live.searcher.search(SearchRequest(size=1)).hits
    words = " ".join(re.findall(r"\w+", newest[0].title.text)).lower() if newest else ""
    return bool(newest) and live.searcher.search(SearchRequest(words, size=1, typed_only=True)).total > 0
