"""What a reader sees when there is nothing to see, and the headers that every response has."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from indexer import PprSearchError
from webui.pages.message import message_page
from webui.params import parse_query_string
from webui.views.site import Site

# Pages hold text from elsewhere: were a piece of it ever to slip through as markup, it could load and run nothing.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address holds the reader's question
}


def add_errors(site: Site) -> None:
    """Add the pages for errors, and the headers."""

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

    @site.app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        return response
