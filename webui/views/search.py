"""The start page, the results of a search, all its filters, and why a digest is among the results."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, redirect

from indexer import NotFoundError
from webui.pages.filters import filters_page
from webui.pages.message import message_page, past_the_end_page
from webui.pages.search import search_page
from webui.pages.start import start_page
from webui.pages.why import why_page
from webui.params import State, parse_query_string
from webui.views.site import Site


def add_search(site: Site) -> None:
    """Add `/`, `/search`, `/filters` and `/why/<doc_id>`."""

    @site.app.get("/")
    def start() -> Response:
        return site.render("start.html", start_page(site.live(), site.addresses(), site.skeletons))

    @site.app.get("/search")
    def search() -> Response:
        """Show results. A search has one address: others lead to it, but where something in them has to be told."""
        query = site.query_string()
        asked, notices = parse_query_string(query)
        state = State(asked)
        if query != state.query() and not notices:
            return _moved(site.addresses().results(state.query()))
        live = site.live()
        results = live.searcher.search(asked)
        if asked.page > results.pages:
            return site.render_message(past_the_end_page(live, results, site.addresses()), 404)
        page = search_page(live, results, state, notices, site.addresses(), site.skeletons)
        return site.fill("search.html", page)

    @site.app.get("/filters")
    def filters() -> Response:
        asked, notices = parse_query_string(site.query_string())
        live = site.live()
        results = live.searcher.search(replace(asked, page=1, size=1))
        return site.render("filters.html", filters_page(live, results, notices, site.addresses()))

    @site.app.get("/why/<path:doc_id>")
    def why(doc_id: str) -> Response:
        asked, _ = parse_query_string(site.query_string())
        live = site.live()
        try:
            explained = live.searcher.explain(doc_id, asked)
        except NotFoundError:
            heading, text = "There is no such digest", "Search for words of its title, or look through all digests."
            page = message_page(heading, text, site.addresses(), live=live, words=asked.text)
            return site.render_message(page, 404)
        return site.render("why.html", why_page(live, explained, asked, site.addresses()))


def _moved(address: str) -> Response:
    moved = redirect(address, 301)
    assert isinstance(moved, Response)
    return moved
