"""The filters: every number beside a value is what a click shows, on whatever page it stands; and how they look."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from flask.testing import FlaskClient
from hand_made_pages import soup_of, total_of, words_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from webui.pages.facets import BAR_STEPS, MAX_BARS
from webui.params import State, parse_query_string

Get = Callable[..., BeautifulSoup]

FIRST = ["", "q=alliance", "q=therapists+empathy", "q=video+alliance&match=all", "q=depression&words=typed", "q=zzz"]
SEARCHES = [
    *FIRST,
    "q=depression&topic=alliance",
    "q=therapists&topic=alliance&topic=empathy&type=meta-analysis",
    "topic=depression&from=2019&to=2020",
    "q=meta-analysis&type=meta-analysis&from=2018&to=2018",
    "q=alliance&topic=no-such-topic&sort=title",
]


def number_of(row: Tag) -> str:
    """What stands beside a value: "7", or "+3"."""
    return str(row.select_one(".count").find(string=True))


def promised(row: Tag, shown: int) -> int:
    """How many digests a row of a topic or type says that a click on it will show, on a page that shows `shown`."""
    number = number_of(row)
    return shown + int(number) if number.startswith("+") else int(number)


def promises(page: BeautifulSoup) -> list[tuple[str, int]]:
    """(address, number of digests that its click shows) of every value that is not chosen; some stand there twice."""
    shown = total_of(page)
    rows = page.select(".facet a.row:not([aria-current])")
    years = page.select(".years a:not([aria-current])")
    found = [(row["href"], promised(row, shown)) for row in rows]
    return found + [(bar["href"], int(words_of(bar).split(", ")[1].split()[0])) for bar in years]


# a way has five steps at most, so there is little to shrink
@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(data=st.data())
def test_on_whatever_way_through_the_filters_a_number_is_what_its_click_shows(
    built_client: FlaskClient, data: st.DataObject
) -> None:
    address, total = f"/search?{data.draw(st.sampled_from(FIRST))}", None
    for _ in range(5):
        page = soup_of(built_client.get(address, follow_redirects=True))
        assert total in (None, total_of(page)), address
        ways: list[tuple[str, int | None]] = [*promises(page)]
        ways += [(link["href"], None) for link in page.select(".chip, .clear, .facet a[aria-current], .match a")]
        if not ways:
            break
        address, total = data.draw(st.sampled_from(ways))


@pytest.mark.parametrize("search", SEARCHES)
def test_every_number_of_a_page_is_what_its_click_shows(get: Get, search: str) -> None:
    found = promises(get(f"/search?{search}"))
    assert found or search == "q=zzz"
    for href, count in found:
        assert count > 0
        assert total_of(get(href)) == count, href


def test_where_nothing_is_chosen_the_number_is_a_total_and_a_further_choice_says_what_it_adds(get: Get) -> None:
    rows = {words_of(row): row for row in get("/search?type=other").select(".facet a.row")}
    assert "Meta-analysis +7 digests" in rows, "7 of the 14 are meta-analyses, 6 are other, and a digest has one type"
    assert "Remove filter Other 6 digests" in rows
    topics = get("/search?topic=empathy").select("[data-facet=topic] a.row:not([aria-current])")
    by_itself = {row["href"]: int(number_of(row)) for row in get("/search").select("[data-facet=topic] a.row")}
    for row in topics:
        (added,) = [value for name, value in parse_qsl(row["href"].partition("?")[2]) if value != "empathy"]
        assert int(number_of(row)) <= by_itself[f"/search?topic={added}"], "what both have is not added twice"


def test_a_value_whose_digests_are_all_shown_already_adds_nothing_and_is_no_link(
    client_over: Callable[..., FlaskClient],
) -> None:
    def record(number: int, *topics: str) -> dict[str, object]:
        topics_ = [{"value": topic, "source": "rules", "evidence": []} for topic in topics]
        return {"id": f"{number}", "title": "A", "summary": ["Text."], "topics": topics_}

    client = client_over([record(0, "wide", "narrow"), record(1, "wide"), record(2, "other")])
    page = soup_of(client.get("/search?topic=wide"))
    rows = {words_of(row): row.name for row in page.select("[data-facet=topic] .row")}
    assert rows == {"Remove filter Wide 2 digests": "a", "Other +1 digest": "a", "Narrow 0 digests": "span"}


def test_values_of_one_facet_add_up_and_facets_narrow_each_other(get: Get) -> None:
    alliance, empathy = (total_of(get(f"/search?topic={topic}")) for topic in ("alliance", "empathy"))
    both = total_of(get("/search?topic=alliance&topic=empathy"))
    assert max(alliance, empathy) < both <= alliance + empathy
    assert total_of(get("/search?topic=alliance&topic=empathy&from=2020")) < both


def test_chosen_values_come_first_are_marked_and_are_taken_away_by_their_link_or_chip(get: Get) -> None:
    page = get("/search?q=therapists&topic=empathy&type=meta-analysis&from=2018&to=2020")
    first = page.select_one("[data-facet=topic] .rows a")
    assert first["aria-current"] == "true"
    assert words_of(first.select_one(".label")) == "Remove filter Empathy"
    assert first["href"] == "/search?q=therapists&type=meta-analysis&from=2018&to=2020"
    chips = {words_of(chip): chip["href"] for chip in page.select(".chip")}
    assert chips == {
        "Remove filter Topic: Empathy ×": "/search?q=therapists&type=meta-analysis&from=2018&to=2020",
        "Remove filter Type of research: Meta-analysis ×": "/search?q=therapists&topic=empathy&from=2018&to=2020",
        "Remove filter Year: 2018 to 2020 ×": "/search?q=therapists&topic=empathy&type=meta-analysis",
    }
    assert page.select_one(".clear")["href"] == "/search?q=therapists"
    assert words_of(page.select_one("[data-facet=topic] h3")) == "Topic 1 chosen"


def test_choices_of_one_facet_are_joined_by_or(get: Get) -> None:
    chips = get("/search?topic=empathy&topic=depression&type=other").select(".chips li")
    assert [words_of(item) for item in chips] == [
        "Remove filter Topic: Depression and Depressive Symptoms × or Remove filter Topic: Empathy ×",
        "Remove filter Type of research: Other ×",
        "Clear all",
    ]


def test_the_first_rows_are_the_chosen_ones_then_the_largest_numbers_and_the_whole_list_is_folded_away(
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
    client = client_over(records)
    facet = soup_of(client.get("/search?topic=fig&topic=kale")).select_one("[data-facet=topic]")
    shown, everything = (
        [words_of(row) for row in facet.select(rows)] for rows in ("section > ul .row", "details .row")
    )
    chosen = ["Remove filter Fig 9 digests", "Remove filter Kale 2 digests"]
    assert shown == [*chosen, "Mint +3 digests", "Lime +2 digests", "Kiwi +1 digest"]
    assert everything[:5] == [*chosen, "Bean 0 digests", "Beet 0 digests", "Corn 0 digests"]
    assert len(everything) == 12 and words_of(facet.summary) == "All 12 topics"
    facet = soup_of(client.get("/search")).select_one("[data-facet=topic]")
    assert [words_of(row) for row in facet.select("section > ul .row")] == [
        f"{name.capitalize()} {12 - n} digests" for n, name in enumerate(names[:8])
    ]


def test_a_value_that_finds_nothing_is_no_link_unless_it_is_chosen(get: Get) -> None:
    page = get("/search?q=empathy&topic=depression&match=all")
    assert number_of(page.select_one("[data-facet=topic] a[aria-current]")) == "0"
    zeros = [row for row in page.select(".facet .row:not([aria-current])") if number_of(row) == "0"]
    assert zeros and {row.name for row in zeros} == {"span"}


def test_links_that_filter_are_not_for_robots(get: Get) -> None:
    page = get("/search?q=alliance&topic=alliance&from=2018&to=2020")
    links = page.select(".facet a, .chip, .sorts a:not(.help), .match a, a[data-why]")
    assert len(links) > 15 and all("nofollow" in link["rel"] for link in links)


# --- years ------------------------------------------------------------------------------------------------------------


def test_the_years_are_a_chart_of_links_from_the_first_to_the_last(get: Get) -> None:
    page = get("/search?q=alliance")
    assert [(words_of(bar), bar.name) for bar in page.select(".years li > *")] == [
        ("2018, 2 digests", "a"),
        ("2019, 1 digest", "a"),
        ("2020, 2 digests", "a"),
        ("2021, 0 digests", "span"),
        ("2022, 1 digest", "a"),
    ]
    assert [bar["class"] for bar in page.select(".years li > *")] == [["b20"], ["b10"], ["b20"], ["b0"], ["b10"]]
    assert words_of(page.select_one(".ends")) == "2018 2022"


def test_a_year_is_chosen_by_its_bar_and_given_back_by_it(get: Get) -> None:
    bar = get("/search?q=alliance").select_one("#y2020")
    assert bar["href"] == "/search?q=alliance&from=2020&to=2020"
    page = get(bar["href"])
    (chosen,) = page.select(".years a[aria-current]")
    assert chosen["id"] == "y2020" and chosen["href"] == "/search?q=alliance"
    assert words_of(page.select_one(".ends")) == "2018 2020 2022"


def test_every_year_of_a_range_is_marked_and_one_of_them_narrows_it(get: Get) -> None:
    bars = get("/search?from=2019").select(".years a[aria-current]")
    assert [bar["id"] for bar in bars] == ["y2019", "y2020", "y2022"]
    assert bars[1]["href"] == "/search?from=2020&to=2020"


def test_two_years_make_no_chart_and_a_wild_one_no_endless_one(client_over: Callable[..., FlaskClient]) -> None:
    def years(*months: str) -> BeautifulSoup:
        records = [{"id": month, "title": "A", "month": month, "summary": ["Text."]} for month in months]
        return soup_of(client_over(records).get("/search"))

    two = years("2019-01", "2020-01")
    assert not two.select(".years") and two.select_one("form.range #from")
    assert len(years("1950-01", "2019-01", "2020-01").select(".years li")) == 3 < MAX_BARS


def test_years_the_wrong_way_round_are_put_right_and_told(get: Get) -> None:
    page = get("/search?from=2020&to=2019")
    assert words_of(page.h1) == "9 digests, 2019 to 2020"
    assert "wrong way round" in words_of(page.select_one(".notices"))
    assert page.select_one("#from")["value"] == "2019"


# --- all filters on one page ------------------------------------------------------------------------------------------


def test_the_page_of_filters_has_every_value_as_a_box_and_shows_what_is_set(get: Get) -> None:
    results = get("/search?q=video+alliance&topic=empathy&topic=alliance&type=other&from=2018&sort=title")
    (link,) = results.select("a.button")
    assert words_of(link) == "Filters (4)"
    page = get(link["href"])
    checked = [(box["name"], box["value"]) for box in page.select("[checked]")]
    assert checked == [("topic", "alliance"), ("topic", "empathy"), ("type", "other"), ("match", "any")]
    assert page.select_one("#from")["value"] == "2018" and page.select_one("#to")["value"] == ""
    assert len(page.select("form.filters [name=topic]")) == len(results.select("[data-facet=topic] .row")) == 9
    assert words_of(page.select_one("[data-show]")) == f"Show {total_of(results)} digests"


def test_the_page_of_filters_submitted_as_it_is_gives_back_the_search_it_came_from(client: FlaskClient) -> None:
    search = "/search?q=video+alliance&topic=alliance&topic=empathy&type=other&from=2018&match=all&sort=title"
    page = soup_of(client.get(search.replace("/search", "/filters")))
    assert page.select_one("form.filters")["action"] == "/search"
    fields = [
        (field["name"], field["value"])
        for field in page.select("form.filters input")
        if field.get("type") not in ("checkbox", "radio") or field.has_attr("checked")
    ]
    moved = client.get("/search", query_string=fields)
    assert (moved.status_code, moved.headers["Location"]) == (301, search)


def test_a_box_says_how_many_digests_its_value_finds_by_itself_under_the_other_filters(get: Get) -> None:
    page = get("/filters?q=alliance&topic=alliance&type=meta-analysis")
    boxes = [box for box in page.select("label.choice") if box.input["name"] == "topic"]
    assert len(boxes) > 5
    for box in boxes:
        assert total_of(get(f"/search?q=alliance&topic={box.input['value']}&type=meta-analysis")) == int(number_of(box))


def test_clear_keeps_the_words_and_stays_on_the_page_of_filters(get: Get) -> None:
    clear = get("/filters?q=alliance&topic=alliance").find("a", string="Clear")
    assert clear["href"] == "/filters?q=alliance"
    assert not get(clear["href"]).select("[type=checkbox][checked]")


def test_every_bar_of_the_chart_has_a_height_in_the_style(style: str) -> None:
    assert all(f".b{step} {{ --share: {100 * step // BAR_STEPS}%; }}" in style for step in range(1, BAR_STEPS + 1))


def test_each_link_beside_chosen_values_is_the_one_address_of_its_search(get: Get) -> None:
    values = [
        parse_query_string(urlsplit(str(link["href"])).query)[0].topics[0] for link in topic_links(get("/search"))
    ]
    chosen = sorted(values)[1::2]  # so that there are others before, between and after them
    links = topic_links(get("/search?" + urlencode([("topic", value) for value in chosen])))
    assert len(links) > len(chosen) > 1
    for link in links:
        query = urlsplit(str(link["href"])).query
        assert State(parse_query_string(query)[0]).query() == query


def topic_links(page: BeautifulSoup) -> list[Tag]:
    return page.select(".facet[data-facet=topic] a.row")
