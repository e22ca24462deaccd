"""What programs read: suggestions while a reader types, and for web search engines robots.txt and the sitemap."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from flask import Response, request

from indexer import Completion, SearchRequest
from webui.live import LiveGeneration
from webui.pages.cards import month_name
from webui.pages.parts import Addresses, digests
from webui.params import parse_query_string
from webui.views.site import Site

SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# What narrows or orders a search: the same digests in thousands of ways, of which engines need none.
NOT_CRAWLED = ("topic", "type", "from", "to", "match", "words", "sort")


def add_machines(site: Site) -> None:
    """Add `/suggest`, `/robots.txt` and `/sitemap.xml`."""

    @site.app.get("/suggest")
    def suggest() -> Response:
        typed = parse_query_string(site.query_string())[0].text
        found = site.live().searcher.suggest(typed)
        addresses = site.addresses()
        return site.json({"items": [_item(completion, addresses) for completion in found]})

    @site.app.get("/robots.txt")
    def robots() -> Response:
        addresses = site.addresses()
        refused = [f"{addresses.search}?*{name}=" for name in NOT_CRAWLED]
        # a digest with a search in its address is the digest; what it leads to is in the sitemap
        refused += [f"{addresses.root}/{path}" for path in ("article/*?", "filters", "why/", "suggest")]
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in refused), ""]
        lines.append(f"Sitemap: {_origin()}{addresses.root}/sitemap.xml")
        return site.text("\n".join([*lines, ""]), "text/plain")

    @site.app.get("/sitemap.xml")
    def sitemap() -> Response:
        return site.text(make_sitemap(site.live(), site.addresses(), _origin()), "application/xml")


def _origin() -> str:
    return f"{request.scheme}://{request.host}"


def _item(completion: Completion, addresses: Addresses) -> dict[str, str]:
    """Return a suggestion as the script shows it; without `href` its text is searched."""
    href = note = ""
    if completion.kind == "topic":
        href, note = addresses.topic(completion.target), digests(completion.count)
    elif completion.kind == "title":
        href, note = addresses.article(completion.target), month_name(completion.month)
    return {"kind": completion.kind, "text": completion.text, "note": note, "href": href}


def make_sitemap(live: LiveGeneration, addresses: Addresses, origin: str) -> str:
    """Return the sitemap: our own pages, topics, years, months and digests.

    The time of a digest's newest capture is its `lastmod`, where the capture tells it. A sitemap may have 50,000
    addresses: of more digests the newest are named, the archive leads to the others.
    """
    root = ET.Element("urlset", xmlns=SITEMAP_NAMESPACE)

    def add(path: str, changed: str = "") -> None:
        entry = ET.SubElement(root, "url")
        ET.SubElement(entry, "loc").text = f"{origin}{path}"
        if changed:
            ET.SubElement(entry, "lastmod").text = changed

    months = list(live.searcher.calendar)
    for path in (addresses.start, addresses.about, addresses.topics, addresses.archive):
        add(path)
    for bucket in live.searcher.search(SearchRequest(size=1)).facets[0].buckets:
        add(addresses.topic(bucket.value))
    for year in dict.fromkeys(month[:4] for month in months):
        add(addresses.year(year))
    for month in months:
        add(addresses.month(month))
    for doc_id, changed in live.capture_dates:
        add(addresses.article(doc_id), changed)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)
