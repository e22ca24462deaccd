"""What every route needs: the live index, our own addresses, and templates rendered to responses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, request

from indexer import PprSearchError
from webui.live import LiveGeneration, LiveIndex
from webui.pages.message import MessagePage
from webui.pages.parts import Addresses

STATIC_FILES = ("style.css", "icon.svg")
VERSION_DIGITS = 10


class Site:
    """An application and its index, as the routes use them."""

    def __init__(self, app: Flask, index: LiveIndex, static: Path) -> None:
        self.app = app
        self.index = index
        self.addresses = make_addresses(static)

    def query_string(self) -> str:
        """Return what stands behind the "?" of the current request; broken bytes become U+FFFD."""
        return request.query_string.decode("utf-8", "replace")

    def live_or_none(self) -> LiveGeneration | None:
        """Return the live generation, or None when there is none that can be used."""
        try:
            return self.index.current()
        except PprSearchError:
            return None

    def render(self, template: str, page: object, status: int = 200) -> Response:
        """Return a page in its template."""
        return Response(self.app.jinja_env.get_template(template).render(page=page), status, mimetype="text/html")

    def render_message(self, page: MessagePage, status: int) -> Response:
        """Return a page that says what is wrong."""
        return self.render("message.html", page, status)


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
