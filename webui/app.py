"""The application: settings in; a Flask application with routes, templates and headers out."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from indexer import Config
from webui.lab import add_lab
from webui.live import LiveIndex
from webui.views.article import add_article
from webui.views.errors import add_errors
from webui.views.search import add_search
from webui.views.site import Site

STATIC_SECONDS = 31_536_000  # a year: addresses of static files change with their content


def create_app(config: Config, index: LiveIndex | None = None, lab: bool = False) -> Flask:
    """Return the application for an index folder. The index is opened by the first request, not here.

    index  the folder of `config`, when it is open already.
    lab    add the pages for maintainers; only for an application that no other machine can reach.
    While the index cannot be used every page answers 503 and names the command that mends it.
    """
    app = Flask(__name__)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    index = index or LiveIndex(config)
    site = Site(app, index, Path(__file__).parent / "static")
    for add in (add_search, add_article, add_errors):
        add(site)
    if lab:
        add_lab(app, index)
    return app
