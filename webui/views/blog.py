"""Addresses of the original blog, which links elsewhere may still hold: they lead to the same digests here.

`/pprnet/blog?cat_1=<research type id>&cat_2=<topic id>&p=<page>` in; the address of a search out. The ids are the
site's own; the index knows those that the links of its captures tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from flask import redirect
from werkzeug.wrappers import Response

from indexer import SearchRequest
from webui.params import State
from webui.views.site import Site

PARAMETERS = {"type": "cat_1", "topic": "cat_2"}
NO_FILTER = ("", "0", "all")  # what such lists send for "ALL Topics (clear)"
DIGESTS_A_PAGE = 6  # about as many stand on a page of the blog's list
LONGEST_ID = 40  # characters of an id that nobody knows; it is repeated in a notice


def add_blog(site: Site) -> None:
    """Add `/pprnet/blog`."""

    @site.app.get("/pprnet/blog", strict_slashes=False)
    def blog() -> Response:
        """Redirect: for good where nothing but known ids were asked; pages shift every month, so not for good.

        An id that no capture tells becomes a topic or type that does not exist: the results then say in a notice that
        this filter was ignored, and show what the others leave.
        """
        values = parse_qs(site.query_string(), errors="replace")
        live = site.live()
        site_ids: Mapping[str, Mapping[str, str]] = live.searcher.generation.manifest.get("site_ids", {})
        chosen: dict[str, tuple[str, ...]] = {}
        lasting = True
        for kind, parameter in PARAMETERS.items():
            site_id = values.get(parameter, [""])[0].strip()
            slug = "" if site_id.lower() in NO_FILTER else site_ids.get(kind, {}).get(site_id)
            if slug is None:
                slug, lasting = f"{parameter}={site_id[:LONGEST_ID]}", False
            chosen[kind] = (slug,) if slug else ()
        asked = SearchRequest(topics=chosen["topic"], types=chosen["type"])
        page = _page(values.get("p", [""])[0], asked.size)
        if page > 1:
            last = live.searcher.search(asked).pages
            asked, lasting = SearchRequest(topics=asked.topics, types=asked.types, page=min(page, last)), False
        return redirect(site.addresses().results(State(asked).query()), 301 if lasting else 302)


def _page(typed: str, size: int) -> int:
    """Return the page of results that holds the first digest of a page of the blog."""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 6 else 1
    return (max(number, 1) - 1) * DIGESTS_A_PAGE // size + 1
