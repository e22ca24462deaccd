"""The application: settings in; a Flask application with routes, templates and headers out."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from indexer import Config
from webui.caching import add_compression
from webui.lab import add_lab
from webui.live import LiveIndex
from webui.views.article import add_article
from webui.views.blog import add_blog
from webui.views.browse import add_browse
from webui.views.errors import add_errors
from webui.views.headers import add_headers
from webui.views.health import add_health
from webui.views.machines import add_machines
from webui.views.search import add_search
from webui.views.site import Site
from webui.views.static import add_static


def create_app(config: Config, index: LiveIndex | None = None, lab: bool = False) -> Flask:
    """Return the application for an index folder. The index is opened by the first request, not here.

    index  the folder of `config`, when it is open already.
    lab    add the pages for maintainers; only for an application that no other machine can reach.
    While the index cannot be used every page answers 503 and names the command that mends it.
    """
    app = Flask(__name__, static_folder=None)
    add_compression(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    index = index or LiveIndex(config)
    site = Site(app, index, Path(__file__).parent / "static")
    readers = (add_search, add_article, add_browse, add_blog)
    for add in (*readers, add_machines, add_health, add_errors, add_headers, add_static):
        add(site)
    if lab:
        add_lab(site)
    return app
