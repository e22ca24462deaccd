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


def test_marks_are_counted_can_be_reached_one_by_one_and_taken_away(get: Get) -> None:
    page = get(f"{VIDEO}?q=video+alliances&topic=alliance")
    bar = page.select_one("[data-marks]")
    assert words_of(bar.span) == "7 matches"
    assert [mark["id"] for mark in page.select("main article mark")] == [f"m{number}" for number in range(1, 8)]
    assert [(words_of(step), step["href"]) for step in bar.select("ol a")] == [
        (f"Match {number}", f"#m{number}") for number in range(1, 8)
    ]
    hide = bar.select_one("[data-marks-hide]")
    assert (words_of(hide), hide["href"]) == ("Hide the marks", VIDEO)
    assert get(hide["href"]).select("mark, [data-marks], .set") == []


def test_a_digest_without_the_words_says_so(get: Get) -> None:
    bar = get(f"{VIDEO}?q=zebra").select_one("[data-marks]")
    assert words_of(bar) == "Your words are not in this digest. Show it by itself"


def test_many_marks_are_all_counted_and_the_first_sixty_linked(client_over: Callable[..., FlaskClient]) -> None:
    client = client_over([{"id": "1", "title": "T", "text": "video " * 1200}])
    bar = soup_of(client.get("/article/1?q=video")).select_one("[data-marks]")
    assert words_of(bar.span) == "1,200 matches"
    assert len(bar.select("ol a")) == 60


def test_no_link_of_a_digest_but_those_of_its_results_carries_the_search(get: Get) -> None:
    page = get(f"{VIDEO}?q=video&topic=alliance")
    assert page.select_one("link[rel=canonical]")["href"] == VIDEO
    carrying = page.select("a[href*='q=video']")
    assert carrying and all("nofollow" in link["rel"] for link in carrying)
    assert all(link.find_parent("nav")["class"] == ["set"] for link in carrying)


def test_the_way_back_leads_to_the_very_same_results(get: Get) -> None:
    search = "/search?q=researchers&topic=alliance&topic=depression&type=meta-analysis&from=2018&sort=title&page=1"
    results = get(search)
    page = get(results.select_one(".card a")["href"])
    back = page.select_one(".set a")
    assert words_of(back) == "← Back to the results"
    assert get(back["href"]).main == results.main
    assert page.select_one("#q")["value"] == "researchers"
    assert page.select("form [type=hidden]") == []  # a new question is not narrowed by filters nobody sees there


def test_the_results_can_be_walked_from_digest_to_digest_and_over_pages(get: Get) -> None:
    search = "/search?q=researchers&sort=newest"  # a word of every digest
    wanted = [link["href"] for url in (search, f"{search}&page=2") for link in get(url).select(".card .title a")]
    assert len(wanted) == 14 and "page=2" in wanted[10] and "page" not in wanted[9]
    walked, href = [], wanted[0]
    while href:
        page = get(href)
        walked.append(href)
        assert words_of(page.select_one(".set .place")) == f"{len(walked)} of 14"
        link = page.select_one(".set a[rel~=next]")
        href = link["href"] if link else ""
    assert walked == wanted
    back, href = [], walked[-1]
    while href:
        back.append(href)
        link = get(href).select_one(".set a[rel~=prev]")
        href = link["href"] if link else ""
    assert back == wanted[::-1]


@pytest.mark.parametrize("query", ["q=alliance&page=99", "q=depression", "q=zebra", "topic=none&from=1900&to=1901"])
def test_a_digest_that_is_not_on_the_page_of_results_has_no_place_in_them_but_the_way_back(
    get: Get, query: str
) -> None:
    page = get(f"{VIDEO}?{query}")
    assert page.select(".set .place, .set [rel~=next], .set [rel~=prev]") == []
    assert words_of(page.select_one(".set")) == "← Back to the results"


def test_a_digest_opened_by_itself_has_no_way_back(get: Get) -> None:
    assert get(VIDEO).select_one(".set") is None


def test_related_digests_come_with_what_they_share_and_none_is_of_the_same_month(get: Get) -> None:
    page = get(VIDEO)
    related = page.select("[aria-labelledby=related] li")
    assert 1 <= len(related) <= 5
    assert all(words_of(item.select_one(".why")).startswith("Shares: ") for item in related)
    assert "Shares: Alliance and Therapeutic Relationship" in words_of(page.select_one("[aria-labelledby=related]"))
    addresses = [item.a["href"] for item in related]
    assert not [address for address in addresses if address.startswith("/article/2018-03-")]
    assert all(get(address).h1 for address in addresses)


def test_the_other_digests_of_the_month_are_named_beside_it(get: Get) -> None:
    page = get(VIDEO)
    assert words_of(page.select_one("#siblings")) == "Also in March 2018"
    assert [words_of(link) for link in page.select("[aria-labelledby=siblings] a")] == [
        "Burnout of Therapists",
        "Working Alliance Ratings in Groups",
    ]
    assert page.select_one(".digest .meta a")["href"] == "/month/2018-03"


def test_a_former_address_leads_to_the_present_one_with_the_search(client_over: Callable[..., FlaskClient]) -> None:
    record = {
        "id": "2020-01-new",
        "title": "T",
        "month": "2020-01",
        "summary": ["Text."],
        "former_ids": ["2020-01-old"],
    }
    client = client_over([record])
    response = client.get("/article/2020-01-old?q=text&page=2&nonsense=%0d%0a")
    assert (response.status_code, response.headers["Location"]) == (301, "/article/2020-01-new?q=text&page=2")
    page = soup_of(client.get("/article/2020-01-new"))
    assert "Former names 2020-01-old" in words_of(page.select_one(".record"))


def test_topics_say_whether_the_blog_a_librarian_or_our_rules_assigned_them(
    client_over: Callable[..., FlaskClient],
) -> None:
    topics = [
        {"value": "alliance", "source": "rules", "evidence": ["alliance"]},
        {"value": "alliance", "source": "page", "evidence": ["p.html"]},
        {"value": "empathy", "source": "rules", "evidence": ["empath*", "warm", "kind", "fourth"]},
        {"value": "training", "source": "override", "evidence": []},
        {"value": "miscellaneous", "source": "rules", "evidence": []},
    ]
    record = {
        "id": "2020-01-a",
        "title": "A",
        "month": "2020-01",
        "summary": ["Text."],
        "topics": topics,
        "research_type": {"value": "survey", "source": "page", "evidence": []},
    }
    about = soup_of(client_over([record]).get("/article/2020-01-a")).select_one(".about")
    told = {words_of(heading): words_of(heading.find_next_sibling("ul")) for heading in about.select("aside > h3")}
    assert told == {
        "Type of research": "Survey as the blog shows it",
        "Topics set by a librarian": "Training",
        "Topics, as the blog shows them": "Alliance and Therapeutic Relationship",
        "Topics assigned by our rules": "Empathy “empath…”, “warm”, “kind” Miscellaneous nothing else fits",
    }
    assert [(tag["href"], tag["class"][1]) for tag in about.select(".tag")] == [
        ("/search?type=survey", "page"),
        ("/topic/training", "override"),
        ("/topic/alliance", "page"),
        ("/topic/empathy", "rules"),
        ("/topic/miscellaneous", "rules"),
    ]


def test_a_correction_is_told_with_its_reason_and_what_stood_there(client_over: Callable[..., FlaskClient]) -> None:
    override = {
        "field": "research_type",
        "why": "It is one.",
        "who": "R. Roe",
        "date": "2020-11-22",
        "replaced": ["x" * 400],
    }
    record = {"id": "2020-01-a", "title": "A", "month": "2020-01", "summary": ["Text."], "overrides": [override]}
    note = soup_of(client_over([record]).get("/article/2020-01-a")).select_one(".record .notes li")
    assert words_of(note) == f"Research type: It is one. R. Roe, 2020-11-22; before: {'x' * 300} …"


def test_the_description_for_search_engines_is_the_beginning_of_the_digest_cut_behind_a_word(get: Get) -> None:
    description = get(VIDEO).select_one("meta[name=description]")["content"]
    assert description.startswith("In this meta-analysis the alliance on video was good. The researchers")
    assert description.endswith(" …") and len(description) <= 162
    assert get(VIDEO).select_one("meta[property='og:type']")["content"] == "article"


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
    assert words_of(card).startswith("Untitled digest Only text.")


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
