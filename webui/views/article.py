"""The page of one digest."""

from __future__ import annotations

from flask import Response

from indexer import NotFoundError
from webui.pages.article import article_page
from webui.pages.message import message_page
from webui.params import parse_query_string
from webui.views.site import Site


def add_article(site: Site) -> None:
    """Add `/article/<doc_id>`."""

    @site.app.get("/article/<path:doc_id>")
    def article(doc_id: str) -> Response:
        asked, _ = parse_query_string(site.query_string())
        live = site.index.current()
        try:
            record = live.record(doc_id)
        except NotFoundError:
            heading, text = "There is no such digest", "Search for words of its title, or look through all digests."
            page = message_page(heading, text, site.addresses(), live=live, words=asked.text)
            return site.render_message(page, 404)
        return site.render("article.html", article_page(live, record, asked, site.addresses()))
