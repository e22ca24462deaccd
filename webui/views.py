"""The routes: address in, rendered page out. Each asks the live index and hands a view model to its template."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from indexer import NotFoundError, PprSearchError
from webui import viewmodels
from webui.live import LiveGeneration, LiveIndex
from webui.params import parse_query_string
from webui.viewmodels import Addresses, MessagePage

# Pages hold text from elsewhere: were a piece of it ever to slip through as markup, it could load and run nothing.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address holds the reader's question
}
STATIC_FILES = ("style.css", "icon.svg")
VERSION_DIGITS = 10


def make_addresses(static: Path) -> Callable[[], Addresses]:
    """Return a function: the addresses of the pages and static files, as the current request reaches them.

    A static file's address holds a digest of its content, taken once, here: browsers may keep the file for long.
    """
    versions = {
        name: hashlib.sha256((static / name).read_bytes()).hexdigest()[:VERSION_DIGITS] for name in STATIC_FILES
    }

    def addresses() -> Addresses:
        root = request.script_root
        style, icon = (f"{root}/static/{name}?v={versions[name]}" for name in STATIC_FILES)
        return Addresses(root, style, icon)

    return addresses


def add_views(app: Flask, index: LiveIndex, static: Path) -> None:
    """Give an application its routes, its error pages and its headers."""
    addresses = make_addresses(static)

    def query_string() -> str:
        return request.query_string.decode("utf-8", "replace")

    def render(template: str, page: object, status: int = 200) -> Response:
        return Response(app.jinja_env.get_template(template).render(page=page), status, mimetype="text/html")

    def render_message(page: MessagePage, status: int) -> Response:
        return render("message.html", page, status)

    @app.get("/")
    def start() -> Response:
        return render("start.html", viewmodels.start_page(index.current(), addresses()))

    @app.get("/search")
    def search() -> Response:
        asked, notices = parse_query_string(query_string())
        live = index.current()
        results = live.searcher.search(asked)
        if asked.page > results.pages:
            return render_message(viewmodels.past_the_end_page(live, results, addresses()), 404)
        return render("search.html", viewmodels.search_page(live, results, notices, addresses()))

    @app.get("/article/<path:doc_id>")
    def article(doc_id: str) -> Response:
        asked, _ = parse_query_string(query_string())
        live = index.current()
        try:
            record = live.record(doc_id)
        except NotFoundError:
            heading, text = "There is no such digest", "Search for words of its title, or look through all digests."
            page = viewmodels.message_page(heading, text, addresses(), live=live, words=asked.text)
            return render_message(page, 404)
        return render("article.html", viewmodels.article_page(live, record, asked, addresses()))

    @app.errorhandler(PprSearchError)
    def index_unusable(error: PprSearchError) -> Response:
        heading, text = "The search is not available right now", "Please try again later."
        return render_message(viewmodels.message_page(heading, text, addresses(), detail=str(error)), 503)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        """Show a page for what Flask itself refuses: unknown addresses, wrong methods, and errors nobody expected."""
        status = error.code or 500
        if status == 404:
            heading, text = "There is no such page", "Check the address, or search for what you need."
        elif status >= 500:
            heading, text = "Something went wrong on our side", "Your search is fine. Please try it again in a while."
        else:
            heading, text = "This request cannot be answered", "Check the address, or search for what you need."
        words = parse_query_string(query_string())[0].text
        page = viewmodels.message_page(heading, text, addresses(), live=live_or_none(), words=words)
        response = render_message(page, status)
        if "Allow" in (headers := error.get_response().headers):
            response.headers["Allow"] = headers["Allow"]
        return response

    def live_or_none() -> LiveGeneration | None:
        try:
            return index.current()
        except PprSearchError:
            return None

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        return response
