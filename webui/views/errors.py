"""What a reader sees when there is nothing to see."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from indexer import PprSearchError
from webui.pages.message import message_page
from webui.params import parse_query_string
from webui.views.site import Site


def add_errors(site: Site) -> None:
    """Add the pages for errors."""

    @site.app.errorhandler(PprSearchError)
    def index_unusable(error: PprSearchError) -> Response:
        heading, text = "The search is not available right now", "Please try again later."
        return site.render_message(message_page(heading, text, site.addresses(), detail=str(error)), 503)

    @site.app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        """Show a page for what Flask itself refuses: unknown addresses, wrong methods, and errors nobody expected."""
        status = error.code or 500
        if status == 404:
            heading, text = "There is no such page", "Check the address, or search for what you need."
        elif status >= 500:
            heading, text = "Something went wrong on our side", "Your search is fine. Please try it again in a while."
        else:
            heading, text = "This request cannot be answered", "Check the address, or search for what you need."
        words = parse_query_string(site.query_string())[0].text
        page = message_page(heading, text, site.addresses(), live=site.live_or_none(), words=words)
        response = site.render_message(page, status)
        if "Allow" in (headers := error.get_response().headers):
            response.headers["Allow"] = headers["Allow"]
        return response
