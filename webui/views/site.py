"""What every route needs: the live index, our own addresses, and answers made from templates or values."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

from indexer import PprSearchError
from webui.caching import OUR_PACKAGES, TAG, answer_unchanged, page_tag, program_digest
from webui.live import LiveGeneration, LiveIndex
from webui.pages.message import MessagePage
from webui.pages.parts import Addresses
from webui.skeletons import Skeletons
from webui.static_files import read_static_files

LIVE = "pprsearch.live"  # where a request keeps the generation that it was answered from
MAX_ROOTS = 16  # places where the application is mounted: mostly one


class Site:
    """An application and its index, as the routes use them."""

    def __init__(self, app: Flask, index: LiveIndex, static: Path) -> None:
        self.app = app
        self.index = index
        self.files = read_static_files(static)
        self.skeletons = Skeletons(app.jinja_env, "parts.html")
        self._addresses = lru_cache(MAX_ROOTS)(self._addresses_under)
        self._program = program_digest(OUR_PACKAGES)
        answer_unchanged(app, index, self._program)

    def query_string(self) -> str:
        """Return what stands behind the "?" of the current request; broken bytes become U+FFFD."""
        return request.query_string.decode("utf-8", "replace")

    def addresses(self) -> Addresses:
        """Return the addresses of the pages and static files, as the current request reaches them."""
        return self._addresses(request.script_root)

    def live(self) -> LiveGeneration:
        """Return the live generation; within one request always the same, so that a page never shows two of them."""
        environ = request.environ
        live: LiveGeneration | None = environ.get(LIVE)
        if live is None:
            live = environ[LIVE] = self.index.current()
        return live

    def live_or_none(self) -> LiveGeneration | None:
        """Return the live generation, or None when there is none that can be used."""
        try:
            return self.live()
        except PprSearchError:
            return None

    def render(self, template: str, page: object, status: int = 200, *, cached: bool = True) -> Response:
        """Return a page in its template. `cached`: it changes only with the index or the program."""
        live: LiveGeneration | None = request.environ.get(LIVE)
        newest = live.newest_name if live else ""
        html = self.app.jinja_env.get_template(template).render(page=page, newest=newest)
        return self._tagged(Response(html, status, mimetype="text/html"), cached)

    def fill(self, template: str, page: tuple[object, ...]) -> Response:
        """Return what `render` does, for a page that `Skeletons.page` can fill: much faster, and the same."""
        html = self.skeletons.page(template, page=page, newest=self.live().newest_name)
        return self._tagged(Response(html, mimetype="text/html"), cached=True)

    def render_message(self, page: MessagePage, status: int) -> Response:
        """Return a page that says what is wrong."""
        return self.render("message.html", page, status)

    def json(self, value: object, *, cached: bool = True) -> Response:
        """Return a value as JSON; `cached` as of `render`."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.text(text, "application/json", cached=cached)

    def text(self, text: str, mimetype: str, *, cached: bool = True) -> Response:
        """Return a text as it is; `cached` as of `render`."""
        return self._tagged(Response(text, mimetype=mimetype), cached)

    def _addresses_under(self, root: str) -> Addresses:
        # A static file's address holds its version: browsers may keep the file for long.
        style, icon, script = (
            f"{root}/static/{name}?v={self.files[name].version}" for name in ("style.css", "icon.svg", "app.js")
        )
        return Addresses(root, style, icon, script)

    def _tagged(self, response: Response, cached: bool) -> Response:
        """Return a response; its page has a tag when it is `cached`, as of `render`, and shows what the index holds.

        Only what is sent with status 200 bears it: `headers.py`.
        """
        environ = request.environ
        if cached and LIVE in environ:
            environ[TAG] = page_tag(self._program, environ[LIVE], environ)
        return response
