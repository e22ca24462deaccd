"""A small collection of hand-made pages, what writes and indexes them, and how tests look at an answer."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer import Config, Problem, build_from_pages
from webui import create_app

Digest = tuple[str, str, str, str]  # title, reference line or "", summary, implications

FILLER = (
    "The researchers followed the participants over a year and asked them at the beginning, in the middle and at the "
    "end how they were doing; the answers were rated by people who knew nothing of the questions."
)
REFERENCE = (
    "Norwood, C., Moghaddam, N. G., & Malins, S. (2018). Working alliance in video therapy. "
    "Clinical Psychology & Psychotherapy, 25(6), 797-808. doi: 10.1002/cpp.2315"
)
VIDEO_SUMMARY = f"In this meta-analysis the alliance on video was good. {FILLER}"
# Topics and types come from the shipped rules: "alliance" in titles, "meta-analysis" and "interviews" in summaries.
PAGES: dict[str, list[Digest]] = {
    "March 2018": [
        ("Working Alliance in Video Therapy", REFERENCE, VIDEO_SUMMARY, "Use video."),
        ("Working Alliance Ratings in Groups", "", f"In this meta-analysis of ratings. {FILLER}", "Rate the alliance."),
        ("Burnout of Therapists", "", f"Does burnout make patients worse? A survey. {FILLER}", "Rest."),
    ],
    "April 2019": [
        ("Depression and Psychotherapy", "", f"In this randomized trial depression fell. {FILLER}", "Treat it early."),
        ("Therapeutic Alliance and Depression", "", f"In this meta-analysis of alliance. {FILLER}", "Mend ruptures."),
        ("Empathy of Therapists", "", f"In this meta-analysis of empathy. {FILLER}", "Show empathy."),
        ("Why Clients Drop Out", "", f"Dropout was common in therapy. {FILLER}", "Talk about drop-out early."),
    ],
    "July 2020": [
        ("Video Therapy in Practice", "", f"A survey about video therapy. {FILLER}", "Learn to use video."),
        ("Group Psychotherapy for Depression", "", f"In this meta-analysis of groups. {FILLER}", "Offer groups."),
        ("Attachment of Clients and the Alliance", "", f"Styles and the alliance. {FILLER}", "Know attachment."),
        ("Repairing Alliance Ruptures", "", f"In this meta-analysis of rupture repair. {FILLER}", "Repair ruptures."),
        ("Trauma and Trust", "", f"A qualitative study with interviews. {FILLER}", "Go slowly."),
    ],
    "May 2022": [
        ("Feedback and Progress Monitoring", "", f"In this meta-analysis of feedback. {FILLER}", "Use feedback."),
        ("Therapist Effects on Alliance", "", f"Therapists differ in their alliance. {FILLER}", "Train the alliance."),
    ],
}  # fmt: skip


def page_html(month: str, digests: list[Digest], url: str = "") -> str:
    """Return a page as a browser saves it; every text is escaped, as the blog would have to."""
    saved = f"<!-- saved from url=({len(url):04d}){url} -->\n" if url else ""
    parts = [
        f"<h3>{html.escape(title)}</h3>"
        + (f"<p>{html.escape(reference)}</p>" if reference else "")
        + f"<p>{html.escape(summary)}</p><h4>Practice Implications</h4><p>{html.escape(implications)}</p>"
        for title, reference, summary, implications in digests
    ]
    return f"<!doctype html>\n{saved}<html><body><h2>{month}</h2>{''.join(parts)}</body></html>"


def write_pages(folder: Path, pages: dict[str, list[Digest]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (month, digests) in enumerate(pages.items()):
        url = f"https://blog.example/pprnet/blog?p={number}" if number else ""
        (folder / f"{number}.html").write_text(page_html(month, digests, url), encoding="utf-8")
    return folder


def build_pages(config: Config, folder: Path) -> None:
    problems: list[Problem] = []
    build_from_pages(config, [folder], problems.append)
    assert not [problem for problem in problems if problem.level == "skipped"], problems


def config_in(folder: Path) -> Config:
    """Return settings whose corpus folder is empty: the shipped tables are used."""
    (folder / "corpus").mkdir()
    return replace(Config(), corpus=folder / "corpus", index=folder / "index")


def client_of(config: Config) -> FlaskClient:
    """Return a client that gets error pages as a browser does, instead of exceptions."""
    return create_app(config).test_client()


def soup_of(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "lxml")


def words_of(element: Any) -> str:
    return " ".join(element.get_text().split())


def heading_of(page: BeautifulSoup) -> str:
    return words_of(page.h1)


def total_of(page: BeautifulSoup) -> int:
    """The number in the heading of a page of results; "No digest" is 0."""
    match = re.match(r"(?:All )?([\d,]+) digests?\b|No digest\b", heading_of(page))
    assert match, heading_of(page)
    return int((match[1] or "0").replace(",", ""))
