"""The start page and the results of a search."""

from __future__ import annotations

from flask import Response

from webui.pages.message import past_the_end_page
from webui.pages.search import search_page
from webui.pages.start import start_page
from webui.params import parse_query_string
from webui.views.site import Site


def add_search(site: Site) -> None:
    """Add `/` and `/search`."""

    @site.app.get("/")
    def start() -> Response:
        return site.render("start.html", start_page(site.index.current(), site.addresses()))

    @site.app.get("/search")
    def search() -> Response:
        asked, notices = parse_query_string(site.query_string())
        live = site.index.current()
        results = live.searcher.search(asked)
        if asked.page > results.pages:
            return site.render_message(past_the_end_page(live, results, site.addresses()), 404)
        return site.render("search.html", search_page(live, results, notices, site.addresses()))
