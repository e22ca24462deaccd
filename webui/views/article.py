"""The page of one digest."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from indexer import NotFoundError
from webui.pages.article import article_page
from webui.pages.gone import gone_page
from webui.pages.message import message_page
from webui.params import State, parse_query_string
from webui.views.site import Site


def add_article(site: Site) -> None:
    """Add `/article/<doc_id>`: a former id leads on to the digest, that of a removed one answers why it is gone."""

    @site.app.get("/article/<path:doc_id>")
    def article(doc_id: str) -> Response:
        asked, _ = parse_query_string(site.query_string())
        live = site.live()
        try:
            record = live.record(doc_id)
        except NotFoundError:
            if (current := live.searcher.records.current_id(doc_id)) is not None:
                return redirect(site.addresses().article(current, State(asked).query()), 301)
            if (stone := live.searcher.tombstone(doc_id)) is not None:
                return site.render_message(gone_page(live, stone, site.addresses()), 410)
            heading, text = "There is no such digest", "Search for words of its title, or look through all digests."
            page = message_page(heading, text, site.addresses(), live=live, words=asked.text)
            return site.render_message(page, 404)
        return site.render("article.html", article_page(live, record, asked, site.addresses()))
