"""The page of a digest: its text with the reader's words marked, where it comes from, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import soup_of, words_of

Get = Callable[..., BeautifulSoup]
VIDEO = "/article/2018-03-working-alliance-in-video-therapy"


def test_a_digest_shows_month_reference_summary_and_implications(get: Get) -> None:
    page = get(VIDEO)
    assert words_of(page.h1) == "Working Alliance in Video Therapy"
    assert words_of(page.select_one(".digest .meta")) == "Meta-analysis · March 2018"
    assert words_of(page.select_one(".citation")).startswith("Norwood, C., Moghaddam")
    assert words_of(page.select_one("[aria-labelledby=summary] p")).startswith(
        "In this meta-analysis the alliance on video"
    )
    assert words_of(page.select_one(".implications")) == "Practice implications Use video."
    assert page.select("mark") == []


def test_the_reference_links_to_the_study_by_its_doi(get: Get) -> None:
    link = get(VIDEO).select_one(".doi a")
    assert (link["href"], link["rel"]) == ("https://doi.org/10.1002/cpp.2315", ["noopener", "noreferrer"])


def test_the_words_of_the_search_are_marked_in_every_part(get: Get) -> None:
    page = get(f"{VIDEO}?q=video+alliances")
    marked = {part: [words_of(mark) for mark in page.select(f"{part} mark")] for part in ("h1", ".citation", "section")}
    assert marked == {
        "h1": ["Alliance", "Video"],
        ".citation": ["alliance", "video"],
        "section": ["alliance", "video", "video"],
    }


def test_marks_can_be_taken_away_and_are_not_in_the_canonical_address(get: Get) -> None:
    page = get(f"{VIDEO}?q=video&topic=alliance")
    plain = next(link for link in page.select(".trail a") if words_of(link) == "Show without marks")
    assert plain["href"] == VIDEO == page.select_one("link[rel=canonical]")["href"]
    assert get(plain["href"]).select("mark, .trail") == []


def test_the_way_back_leads_to_the_very_same_results(get: Get) -> None:
    search = "/search?q=researchers&topic=alliance&topic=depression&type=meta-analysis&from=2018&sort=title&page=1"
    results = get(search)
    page = get(results.select_one(".card a")["href"])
    back = page.select_one(".trail a")
    assert words_of(back) == "← Back to the results"
    assert get(back["href"]).main == results.main
    assert page.select_one("#q")["value"] == "researchers"
    assert page.select("form [type=hidden]") == []  # a new question is not narrowed by filters nobody sees there


def test_a_digest_opened_by_itself_has_no_way_back(get: Get) -> None:
    assert get(VIDEO).select_one(".trail") is None


def test_topics_say_whether_the_blog_shows_them_or_our_rules_assigned_them(
    client_over: Callable[..., FlaskClient],
) -> None:
    topics = [
        {"value": "alliance", "source": "rules", "evidence": ["alliance"]},
        {"value": "alliance", "source": "page", "evidence": ["p.html"]},
        {"value": "empathy", "source": "rules", "evidence": ["empathy"]},
    ]
    record = {
        "id": "2020-01-a",
        "title": "A",
        "month": "2020-01",
        "summary": ["Text."],
        "topics": topics,
        "research_type": {"value": "survey", "source": "page", "evidence": []},
    }
    page = soup_of(client_over([record]).get("/article/2020-01-a"))
    assert [words_of(note) for note in page.select(".notes li")] == [
        "Survey shown under it on the blog",
        "Alliance and Therapeutic Relationship shown under it on the blog",
        "Empathy assigned by our rules",
    ]
    assert [link["href"] for link in page.select(".notes a")] == [
        "/search?type=survey",
        "/search?topic=alliance",
        "/search?topic=empathy",
    ]


def test_a_digest_names_its_page_and_links_to_the_blog_when_the_address_is_known(get: Get) -> None:
    unknown = get(VIDEO).select_one(".about")
    assert "Page file 0.html sha256" in words_of(unknown)
    assert unknown.select_one(".source") is None
    known = get("/article/2020-07-trauma-and-trust").select_one(".about")
    link = known.select_one(".source")
    assert words_of(link) == "Read on the PPRNet blog"
    assert (link["href"], link["rel"]) == ("https://blog.example/pprnet/blog?p=2", ["noopener", "noreferrer"])
    assert "saved as 2.html" in words_of(known)


def test_a_bare_record_has_a_page_without_empty_parts(client_over: Callable[..., FlaskClient]) -> None:
    client = client_over([{"id": "7", "title": "", "text": "Only text.\n\nTwo paragraphs."}])
    page = soup_of(client.get("/article/7"))
    assert words_of(page.h1) == "Untitled digest"
    assert [heading.get_text() for heading in page.select("h2")] == ["Summary", "About this digest"]
    assert [words_of(text) for text in page.select("section p")] == ["Only text.", "Two paragraphs."]
    card = soup_of(client.get("/search?q=text")).select_one(".card")
    assert words_of(card) == "Untitled digest Only text."


def test_an_unknown_digest_is_not_found_and_the_page_has_the_box(get: Get) -> None:
    page = get("/article/2020-01-nothing?q=alliance", 404)
    assert words_of(page.h1) == "There is no such digest"
    assert page.select_one("#q")["value"] == "alliance"


@pytest.mark.parametrize("doc_id", ["a?q=b", "a#b", "a%2Fb", "a/b", "a//b", "a&b;c+d", "é", "a" * 200])
def test_ids_of_records_made_elsewhere_may_hold_any_character(
    client_over: Callable[..., FlaskClient], doc_id: str
) -> None:
    client = client_over([{"id": doc_id, "title": "Found", "text": "Text."}])
    for search in ("/search", "/search?q=text"):
        link = soup_of(client.get(search)).select_one(".card a")
        page = soup_of(client.get(link["href"]))
        assert words_of(page.h1) == "Found"
        assert words_of(soup_of(client.get(page.select_one("link[rel=canonical]")["href"])).h1) == "Found"
