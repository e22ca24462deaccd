"""The start page and the result page: what a reader sees, and where each link leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import client_of, soup_of, words_of

from indexer import Config, build_if_changed
from webui.params import State, parse_query_string

Get = Callable[..., BeautifulSoup]

SEARCHES = [
    "",
    "q=alliance",
    "q=video+therapy+alliance",
    "q=depression&topic=alliance",
    "q=therapists&topic=alliance&topic=empathy&type=meta-analysis",
    "topic=depression&from=2019&to=2020",
    "q=video+alliance&match=all",
    "q=meta-analysis&type=meta-analysis&from=2018&to=2018",
    "q=alliance&topic=no-such-topic&sort=title",
]


def heading_of(page: BeautifulSoup) -> str:
    return words_of(page.h1)


def total_of(page: BeautifulSoup) -> int:
    """The number in the heading; "No digest" is 0."""
    match = re.match(r"(?:All )?([\d,]+) digests?\b|No digest\b", heading_of(page))
    assert match, heading_of(page)
    return int((match[1] or "0").replace(",", ""))


def unchosen(page: BeautifulSoup) -> list[tuple[str, str, int]]:
    """(id of the facet's heading, address, count) of each facet link that is not chosen."""
    return [
        (row.find_parent("section")["aria-labelledby"], row["href"], int(row.select_one(".count").find(string=True)))
        for row in page.select(".facet a.row")
        if not row.has_attr("aria-current")
    ]


def alone(href: str, search: str, facet: str) -> str:
    """Return what a link would show if its value were the only choice in its facet: values of one facet add up."""
    base, request = (parse_query_string(query)[0] for query in (search, href.partition("?")[2]))
    name = {"facet-topic": "topics", "facet-type": "types"}.get(facet)
    if name:
        (added,) = set(getattr(request, name)) - set(getattr(base, name))
        request = replace(request, **{name: (added,)})
    return f"/search?{State(request).query()}"


# --- start page ------------------------------------------------------------------------------------------------------


def test_the_start_page_offers_a_box_the_holdings_the_newest_digests_and_the_topics(get: Get) -> None:
    page = get("/")
    assert page.select_one("form[action='/search'] input[name=q]")
    assert "14 digests of published studies, 2018 to 2022." in words_of(page.main)
    newest = [words_of(title) for title in page.select(".newest .title")]
    assert newest[:2] == ["Feedback and Progress Monitoring", "Therapist Effects on Alliance"]
    labels = [words_of(label) for label in page.select(".topics .label")]
    assert labels == sorted(labels, key=str.casefold) and "Alliance and Therapeutic Relationship" in labels


def test_every_example_question_finds_digests_with_all_its_words(get: Get) -> None:
    examples = get("/").select(".examples a")
    assert [words_of(example) for example in examples] == [
        "does therapist burnout make patients worse?",
        "video therapy alliance",
        "how do I repair a rupture?",
    ]
    for example in examples:
        assert total_of(get(f"{example['href']}&match=all")) > 0


def test_every_topic_of_the_start_page_leads_to_as_many_digests_as_it_says(get: Get) -> None:
    rows = get("/").select(".topics a.row")
    assert len(rows) > 3
    for row in rows:
        assert total_of(get(row["href"])) == int(row.select_one(".count").find(string=True))


# --- results ---------------------------------------------------------------------------------------------------------


def test_a_result_shows_title_type_month_reference_and_marked_words(get: Get) -> None:
    page = get("/search?q=video+alliance")
    card = page.select_one(".card")
    assert heading_of(page).endswith("digests for video alliance")
    assert words_of(card.select_one(".title")) == "Working Alliance in Video Therapy"
    assert words_of(card.select_one(".meta")) == "Meta-analysis · March 2018"
    assert words_of(card.select_one(".reference")) == "Norwood et al. (2018). Clinical Psychology & Psychotherapy"
    assert {words_of(mark) for mark in card.select("mark")} == {"Alliance", "alliance", "Video", "video"}
    assert card.select_one("a")["href"] == "/article/2018-03-working-alliance-in-video-therapy?q=video+alliance"


def test_a_hit_that_lacks_a_word_says_which(get: Get) -> None:
    cards = get("/search?q=video+alliance").select(".card")
    missing = {words_of(card.select_one(".title")): card.select_one(".missing") for card in cards}
    assert missing["Working Alliance in Video Therapy"] is None
    assert words_of(missing["Video Therapy in Practice"]) == "Missing: alliance"
    assert words_of(missing["Repairing Alliance Ruptures"]) == "Missing: video"


def test_all_words_is_one_click_away_and_back(get: Get) -> None:
    page = get("/search?q=video+alliance")
    link = page.select_one(".match a")
    assert words_of(link) == "1 with all your words"
    strict = get(link["href"])
    assert heading_of(strict) == "1 digest with all of video alliance"
    assert get(strict.select_one(".match a")["href"]).h1 == page.h1


def test_without_words_all_digests_are_listed_newest_first(get: Get) -> None:
    page = get("/search")
    assert heading_of(page) == "All 14 digests"
    assert words_of(page.select_one(".card .title")) == "Feedback and Progress Monitoring"
    assert words_of(page.select_one(".sorts [aria-current]")) == "Newest"
    assert "Relevance" not in words_of(page.select_one(".sorts"))


def test_every_order_is_offered_and_works(get: Get) -> None:
    for link in get("/search?q=alliance").select(".sorts a"):
        page = get(link["href"])
        assert words_of(page.select_one(".sorts [aria-current]")) == words_of(link)
    titles = [words_of(title) for title in get("/search?q=alliance&sort=title").select(".card .title")]
    assert titles == sorted(titles, key=str.casefold)
    assert words_of(get("/search?sort=oldest").select_one(".card .meta")).endswith("March 2018")


def test_the_box_keeps_the_words_and_carries_every_filter_along(get: Get) -> None:
    page = get(
        "/search?q=alliance&topic=alliance&topic=empathy&type=meta-analysis&from=2018&match=all&sort=title&page=1"
    )
    form = page.select_one("form[role=search]")
    assert form.select_one("#q")["value"] == "alliance"
    assert [(field["name"], field["value"]) for field in form.select("[type=hidden]")] == [
        ("topic", "alliance"),
        ("topic", "empathy"),
        ("type", "meta-analysis"),
        ("from", "2018"),
        ("match", "all"),
        ("sort", "title"),
    ]
    years = page.select_one("form.range")
    assert years.select_one("#from")["value"] == "2018" and years.select_one("#to")["value"] == ""
    assert [field["name"] for field in years.select("[type=hidden]")] == [
        "q",
        "topic",
        "topic",
        "type",
        "match",
        "sort",
    ]


def test_broken_values_and_unknown_filters_are_told_and_dropped_from_every_link(get: Get) -> None:
    page = get("/search?q=alliance&topic=aliance&from=soon&sort=best")
    notices = words_of(page.select_one(".notices"))
    assert "'from=soon'" in notices and "'sort=best'" in notices and "Did you mean 'alliance'?" in notices
    assert total_of(page) == total_of(get("/search?q=alliance"))
    assert not [link["href"] for link in page.select("a") if "aliance" in link["href"].replace("alliance", "")]


def test_how_words_are_always_read_is_remarked_quietly_and_what_was_ignored_is_not(get: Get) -> None:
    page = get("/search?q=how+do+therapists+%22rest&to=soon")
    assert "“how”, “do”" in words_of(page.select_one(".remark"))
    assert [words_of(notice) for notice in page.select(".notices li")] == [
        "'to=soon' in the address was ignored: it must be a year such as 2020.",
        "A quotation mark without its partner was ignored.",
    ]


def test_words_of_any_shape_give_a_page(get: Get) -> None:
    for words in ('"', "-", "OR OR", "title:", '"alliance" -video OR (', "%", "\x00", "*", "a" * 12_000, "’", "𝒳"):
        get(f"/search?q={quote(words)}")
    get("/search?q=%ff%fe&topic=%ff")


# --- facets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("search", SEARCHES)
def test_the_number_beside_a_value_is_what_it_finds_by_itself_with_the_other_filters(get: Get, search: str) -> None:
    page = get(f"/search?{search}")
    links = unchosen(page)
    assert links
    for facet, href, count in links:
        assert count > 0
        assert total_of(get(alone(href, search, facet))) == count, href


@pytest.mark.parametrize("search", SEARCHES)
def test_a_link_shows_its_number_when_nothing_is_chosen_in_its_facet(get: Get, search: str) -> None:
    page = get(f"/search?{search}")
    for facet, href, count in unchosen(page):
        if not page.select(f"[aria-labelledby={facet}] .rows a[aria-current]"):
            assert total_of(get(href)) == count, href


def test_values_of_one_facet_add_up_and_facets_narrow_each_other(get: Get) -> None:
    alliance, empathy = (total_of(get(f"/search?topic={topic}")) for topic in ("alliance", "empathy"))
    both = total_of(get("/search?topic=alliance&topic=empathy"))
    assert max(alliance, empathy) < both <= alliance + empathy
    assert total_of(get("/search?topic=alliance&topic=empathy&from=2020")) < both


def test_chosen_values_come_first_are_marked_and_are_taken_away_by_their_link_or_chip(get: Get) -> None:
    page = get("/search?q=therapists&topic=empathy&type=meta-analysis&from=2018&to=2020")
    first = page.select_one("[aria-labelledby=facet-topic] .rows a")
    assert first["aria-current"] == "true"
    assert words_of(first.select_one(".label")) == "Remove the filter Empathy"
    assert first["href"] == "/search?q=therapists&type=meta-analysis&from=2018&to=2020"
    chips = {words_of(chip): chip["href"] for chip in page.select(".chip")}
    assert chips == {
        "Remove filter Topic: Empathy ×": "/search?q=therapists&type=meta-analysis&from=2018&to=2020",
        "Remove filter Type of research: Meta-analysis ×": "/search?q=therapists&topic=empathy&from=2018&to=2020",
        "Remove filter Year: 2018 to 2020 ×": "/search?q=therapists&topic=empathy&type=meta-analysis",
    }
    assert page.select_one(".clear")["href"] == "/search?q=therapists"


def test_the_first_rows_are_the_chosen_ones_then_the_most_frequent_and_the_rest_is_folded_away_from_a_to_z(
    client_over: Callable[..., FlaskClient],
) -> None:
    names = "mint lime kiwi fig date plum pear corn leek bean kale beet".split()  # mint has 12 digests, beet has 1
    records = [
        {
            "id": f"{n}",
            "title": "A",
            "summary": ["Text."],
            "topics": [{"value": name, "source": "rules", "evidence": []} for name in names[: n + 1]],
        }
        for n in range(len(names))
    ]
    page = soup_of(client_over(records).get("/search?topic=kale&topic=fig"))
    facet = page.select_one("[aria-labelledby=facet-topic]")
    shown, rest = ([words_of(row) for row in facet.select(rows)] for rows in ("section > ul .row", "details .row"))
    assert shown == [
        "Remove the filter Fig 9 digests",
        "Remove the filter Kale 2 digests",
        "Mint 12 digests",
        "Lime 11 digests",
        "Kiwi 10 digests",
        "Date 8 digests",
        "Plum 7 digests",
        "Pear 6 digests",
    ]
    assert rest == ["Bean 3 digests", "Beet 1 digest", "Corn 5 digests", "Leek 4 digests"]
    assert words_of(facet.summary) == "4 more, A to Z"


def test_a_value_that_finds_nothing_is_no_link_unless_it_is_chosen(get: Get) -> None:
    page = get("/search?q=empathy&match=all&topic=depression")
    assert page.select_one("[aria-labelledby=facet-topic] a[aria-current] .count").find(string=True) == "0"
    rows = page.select(".facet .row")
    zeros = [row for row in rows if row.select_one(".count").find(string=True) == "0" and not row.get("aria-current")]
    assert zeros and {row.name for row in zeros} == {"span"}


def test_a_year_is_chosen_by_its_link_and_given_back_by_it(get: Get) -> None:
    page = get("/search?q=alliance")
    link = next(row for row in page.select(".years a") if words_of(row).startswith("2020"))
    assert link["href"] == "/search?q=alliance&from=2020&to=2020"
    chosen = get(link["href"]).select_one(".years a[aria-current]")
    assert words_of(chosen).startswith("2020") and chosen["href"] == "/search?q=alliance"


def test_years_the_wrong_way_round_are_put_right_and_told(get: Get) -> None:
    page = get("/search?from=2020&to=2019")
    assert heading_of(page) == "9 digests, 2019 to 2020"
    assert "wrong way round" in words_of(page.select_one(".notices"))
    assert page.select_one("#from")["value"] == "2019"


# --- nothing found, and pages ----------------------------------------------------------------------------------------


def test_when_nothing_is_found_every_way_out_leads_to_as_many_digests_as_it_says(get: Get) -> None:
    page = get("/search?q=empathy&topic=depression&type=meta-analysis&from=2022&match=all")
    assert total_of(page) == 0
    ways = page.select(".nothing a")
    assert [words_of(way) for way in ways][-2:] == ["1 digest without any filter", "All 14 digests, newest first"]
    for way in ways:
        assert total_of(get(way["href"])) == int(re.search(r"\d+", words_of(way))[0])  # type: ignore[index]


def test_a_way_out_keeps_all_words_as_long_as_it_does_not_say_otherwise(get: Get) -> None:
    ways = get("/search?q=video+alliance&from=2020&match=all").select(".nothing a")
    assert [(words_of(way), way["href"]) for way in ways[:2]] == [
        ("4 digests with any of your words", "/search?q=video+alliance&from=2020"),
        ("1 digest of any year", "/search?q=video+alliance&match=all"),
    ]


def test_pages_follow_each_other_and_show_every_digest_once(get: Get) -> None:
    first = get("/search")
    assert [words_of(link) for link in first.select(".pager li")] == ["Page 1", "Page 2"]
    assert first.select_one(".pager [aria-current=page]")["href"] == "/search"
    second = get(first.select_one("a[rel=next]")["href"])
    assert second.select_one("ol.hits")["start"] == "11"
    assert second.select_one("a[rel=prev]")["href"] == "/search"
    assert second.select_one("a[rel=next]") is None
    shown = [link["href"].split("?")[0] for page in (first, second) for link in page.select(".card a")]
    assert len(shown) == len(set(shown)) == 14


@pytest.mark.parametrize("page", [3, 1_000_000])
def test_a_page_past_the_end_is_not_found_and_leads_to_the_last_one(get: Get, page: int) -> None:
    past = get(f"/search?q=researchers&page={page}", 404)
    assert past.select_one("#q")["value"] == "researchers"
    link = past.select_one("main a")
    assert words_of(link) == "Go to page 2, the last one"
    assert get(link["href"]).select(".card")


def test_head_answers_as_get_does_without_a_body(client: FlaskClient) -> None:
    for url in ("/", "/search?q=alliance", "/article/2020-07-trauma-and-trust", "/nowhere"):
        get, head = client.get(url), client.head(url)
        assert (head.status_code, head.data) == (get.status_code, b"")
        assert head.headers["Content-Length"] == str(len(get.data))


# --- the sample ------------------------------------------------------------------------------------------------------


def test_every_page_says_so_while_the_digests_are_the_shipped_sample(own_config: Config) -> None:
    build_if_changed(own_config, lambda problem: None, lambda line: None)
    client = client_of(own_config)
    article = soup_of(client.get("/search")).select_one(".card a")["href"]
    for url in ("/", "/search?q=alliance", "/search?q=zzz", article, "/search?page=99", "/article/none", "/nowhere"):
        said = words_of(soup_of(client.get(url)).select_one(".sample"))
        assert "These digests are retellings that ship with the program." in said
        assert "blog of the Psychotherapy Practice Research Network (PPRNet), University of Ottawa" in said


def test_collected_pages_are_not_called_a_sample(get: Get) -> None:
    assert get("/").select_one(".sample") is None


def test_pages_work_below_a_prefix(built_config: Config) -> None:
    client = client_of(replace(built_config))
    page = BeautifulSoup(client.get("/search?q=alliance", base_url="http://host/lib/").data, "lxml")
    addresses = [tag["href"] for tag in page.select("[href]")] + [tag["action"] for tag in page.select("form")]
    assert addresses and all(address.startswith(("/lib/", "#")) for address in addresses)


# --- typing errors ----------------------------------------------------------------------------------------------------


def test_a_mistyped_question_links_to_what_was_meant_with_the_same_filters_and_what_it_finds(get: Get) -> None:
    page = get("/search?q=aliance+%3Cb%3E+ruptuers&type=meta-analysis&sort=title&page=1")
    line = next(p for p in page.select("p.match") if "Did you mean" in words_of(p))
    assert line.a["href"] == "/search?q=alliance+%3Cb%3E+ruptures&type=meta-analysis&sort=title"
    assert words_of(line.a) == "alliance <b> ruptures", "what was typed is text, not markup"
    assert words_of(line) == f"Did you mean alliance <b> ruptures? {total_of(get(line.a['href']))} digests"
    remarks = [words_of(remark) for remark in page.select(".remark")]
    assert "“aliance” is not in the digests; “alliance” was searched instead, at a lower weight." in remarks
    assert "Did you mean" not in words_of(get(line.a["href"]).main)


def test_one_click_searches_only_the_words_as_typed_and_one_goes_back(get: Callable[..., BeautifulSoup]) -> None:
    page = get("/search?q=burnout&from=2018")
    (link,) = page.find_all("a", string="Search only the words as typed")
    assert link["href"] == "/search?q=burnout&from=2018&words=typed"
    typed = get(link["href"])
    assert "Also searched" not in words_of(typed)
    (back,) = typed.find_all("a", string="Search related words too")
    assert back["href"] == "/search?q=burnout&from=2018"
