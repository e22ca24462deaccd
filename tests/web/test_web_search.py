"""The start page and the result page: what a reader sees, and where each link leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import client_of, heading_of, soup_of, total_of, words_of

from indexer import Config, build_if_changed

Get = Callable[..., BeautifulSoup]


# --- start page ------------------------------------------------------------------------------------------------------


def test_the_start_page_offers_a_box_the_holdings_the_newest_digests_and_the_topics(get: Get) -> None:
    page = get("/")
    assert page.select_one("form[action='/search'] input[name=q]")
    assert "14 digests of published studies, 2018 to 2022." in words_of(page.main)
    newest = [words_of(title) for title in page.select(".newest .title")]
    assert newest[:2] == ["Feedback and Progress Monitoring", "Therapist Effects on Alliance"]
    labels = [words_of(label) for label in page.select(".holding .label")]
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


def test_topics_and_years_of_the_start_page_lead_to_their_pages_with_as_many_digests_as_they_say(get: Get) -> None:
    page = get("/")
    rows = {row["href"]: int(row.select_one(".count").find(string=True)) for row in page.select(".holding a.row")}
    assert rows["/topic/alliance"] == total_of(get("/search?topic=alliance")) == 4
    bars = {bar["href"]: words_of(bar) for bar in page.select(".years a")}
    assert bars["/year/2020"] == "2020, 5 digests"
    for address in (*rows, *bars):
        get(address)


def test_the_newest_month_stands_on_the_start_page_whole_and_alone(get: Get) -> None:
    page = get("/")
    assert words_of(page.select_one("#newest")) == "Newest: May 2022"
    assert page.select_one("#newest a")["href"] == "/month/2022-05"
    assert len(page.select(".newest .card")) == 2


# --- results ---------------------------------------------------------------------------------------------------------


def test_a_result_shows_title_type_month_reference_and_marked_words(get: Get) -> None:
    page = get("/search?q=video+alliance")
    card = page.select_one(".card")
    assert heading_of(page).endswith("digests for video alliance")
    assert words_of(card.select_one(".title")) == "Working Alliance in Video Therapy"
    assert words_of(card.select_one(".meta")) == "Meta-analysis · March 2018"
    assert words_of(card.select_one(".reference")) == (
        "Norwood et al. (2018). Clinical Psychology & Psychotherapy. doi.org/10.1002/cpp.2315"
    )
    assert words_of(card.cite) == "Clinical Psychology & Psychotherapy"
    assert card.select_one(".reference a")["href"] == "https://doi.org/10.1002/cpp.2315"
    assert words_of(card.select_one(".printed")).startswith("Norwood, C., Moghaddam, N. G., & Malins, S. (2018).")
    topics = {words_of(link): link["href"] for link in card.select(".tags a")}
    assert topics["Alliance and Therapeutic Relationship"] == "/topic/alliance"
    assert {words_of(mark) for mark in card.select("mark")} == {"Alliance", "alliance", "Video", "video"}
    assert card.select_one("a")["href"] == "/article/2018-03-working-alliance-in-video-therapy?q=video+alliance"


def test_a_hit_that_lacks_a_word_says_which(get: Get) -> None:
    cards = get("/search?q=video+alliance").select(".card")
    missing = {words_of(card.select_one(".title")): card.select_one(".missing") for card in cards}
    assert missing["Working Alliance in Video Therapy"] is None
    assert words_of(missing["Video Therapy in Practice"]) == "missing: alliance"
    assert words_of(missing["Repairing Alliance Ruptures"]) == "missing: video"


def test_all_words_is_one_click_away_and_back(get: Get) -> None:
    page = get("/search?q=video+alliance")
    link = page.select_one(".match a")
    assert words_of(link) == "Only those with all your words (1)"
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
    for link in get("/search?q=alliance").select(".sorts a:not(.help)"):
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


def test_words_of_any_shape_give_a_page(get: Get) -> None:
    for words in ('"', "-", "OR OR", "title:", '"alliance" -video OR (', "%", "\x00", "*", "a" * 12_000, "’", "𝒳"):
        get(f"/search?q={quote(words)}")
    get("/search?q=%ff%fe&topic=%ff")


# --- pages, and one address ------------------------------------------------------------------------------------------


def test_pages_follow_each_other_and_show_every_digest_once(get: Get) -> None:
    first = get("/search")
    assert [words_of(link) for link in first.select(".pager li")] == ["Page 1", "Page 2"]
    assert first.select_one(".pager [aria-current=page]")["href"] == "/search"
    second = get(first.select_one("a[rel=next]")["href"])
    assert second.select_one("ol.hits")["start"] == "11"
    assert second.select_one("a[rel=prev]")["href"] == "/search"
    assert second.select_one("a[rel=next]") is None
    shown = [link["href"].split("?")[0] for page in (first, second) for link in page.select(".card .title a")]
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
    page = BeautifulSoup(client.get("/search?q=video+alliance", base_url="http://host/lib/").data, "lxml")
    for link in page.select(".reference a"):
        link.decompose()  # it leads to the study, elsewhere
    addresses = [tag["href"] for tag in page.select("[href]")] + [tag["action"] for tag in page.select("form")]
    assert addresses and all(address.startswith(("/lib/", "#")) for address in addresses)


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("topic=empathy&topic=alliance&q=a", "/search?q=a&topic=alliance&topic=empathy"),
        ("q=a&from=&to=&page=1&sort=relevance&match=any", "/search?q=a"),
        ("q=a%20b", "/search?q=a+b"),
        ("q=&sort=newest", "/search"),
        ("year=2020", "/search?from=2020&to=2020"),
        ("utm_source=letter&q=a", "/search?q=a"),
        ("q=%ff", "/search?q=%EF%BF%BD"),
    ],
)
def test_a_search_has_one_address_and_others_lead_there(client: FlaskClient, asked: str, address: str) -> None:
    moved = client.get(f"/search?{asked}")
    assert (moved.status_code, moved.headers["Location"]) == (301, address)
    assert client.get(address).status_code == 200, "no second move"


def test_an_address_with_a_broken_value_stays_so_that_the_page_can_say_what_was_ignored(client: FlaskClient) -> None:
    response = client.get("/search?to=soon&q=alliance")
    assert response.status_code == 200
    assert "'to=soon'" in words_of(soup_of(response).select_one(".notices"))


def test_a_new_question_keeps_the_filters_and_one_click_clears_them(get: Get) -> None:
    page = get("/search?q=alliance&topic=alliance&from=2020")
    fields = {field["name"]: field["value"] for field in page.select("header form [type=hidden]")}
    asked = "&".join(f"{name}={value}" for name, value in {"q": "ruptures", **fields}.items())
    new = get(f"/search?{asked}")
    assert heading_of(new).endswith("for ruptures in Alliance and Therapeutic Relationship, 2020 or later")
    assert heading_of(get(new.select_one(".clear")["href"])).endswith("digests for ruptures")
