"""The pages to look around in: topics, months, years, and what this site is."""

from __future__ import annotations

from flask import Response

from webui.pages.about import about_page
from webui.pages.browse import archive_page, month_page, topic_page, topics_page, year_page
from webui.pages.message import message_page
from webui.params import parse_query_string
from webui.views.site import Site


def add_browse(site: Site) -> None:
    """Add `/topics`, `/topic/<slug>`, `/archive`, `/year/<2020>`, `/month/<2020-07>` and `/about`."""

    def show(template: str, page: object | None, missing: str) -> Response:
        if page is not None:
            return site.render(template, page)
        text = "Look through the topics and the archive (at the foot of the page), or search for what you need."
        return site.render_message(message_page(missing, text, site.addresses(), live=site.live()), 404)

    @site.app.get("/topics")
    def topics() -> Response:
        return site.render("topics.html", topics_page(site.live(), site.addresses()))

    @site.app.get("/topic/<path:topic>")
    def topic(topic: str) -> Response:
        page = topic_page(site.live(), topic, site.addresses(), site.skeletons)
        return show("topic.html", page, "There is no such topic")

    @site.app.get("/archive")
    def archive() -> Response:
        return site.render("archive.html", archive_page(site.live(), site.addresses()))

    @site.app.get("/year/<year>")
    def year(year: str) -> Response:
        return show("year.html", year_page(site.live(), year, site.addresses()), "No digest is of this year")

    @site.app.get("/month/<month>")
    def month(month: str) -> Response:
        number = parse_query_string(site.query_string())[0].page
        page = month_page(site.live(), month, number, site.addresses(), site.skeletons)
        return show("month.html", page, "No digest is of this month")

    @site.app.get("/about")
    def about() -> Response:
        return site.render("about.html", about_page(site.live(), site.addresses()))
