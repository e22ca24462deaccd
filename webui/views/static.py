"""The static files. Their addresses carry a version, so browsers keep them for a year without asking."""

from __future__ import annotations

from flask import Response, abort, request

from webui.views.site import Site

FOR_A_YEAR = "public, max-age=31536000, immutable"


def add_static(site: Site) -> None:
    """Add `/static/<name>`."""

    @site.app.get("/static/<name>")
    def static(name: str) -> Response:
        file = site.files.get(name) or abort(404)
        zipped = file.gzipped and request.accept_encodings["gzip"] > 0
        response = Response(file.gzipped if zipped else file.content, mimetype=file.mimetype)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        # under an address without version, or with an old one, the content may differ tomorrow
        response.headers["Cache-Control"] = FOR_A_YEAR if request.args.get("v") == file.version else "no-cache"
        response.set_etag(file.version, weak=True)
        response.make_conditional(request)
        return response
