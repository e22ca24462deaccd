"""The pages to look around in, and the page of help: everything on them is what the index holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import PAGES, soup_of, words_of

from indexer import DEFAULT_PROFILE, PARAMETERS, Config, open_index
from webui.pages.cards import month_name

Get = Callable[..., BeautifulSoup]
EVERY_PAGE = ["/topics", "/topic/alliance", "/archive", "/year/2020", "/month/2020-07", "/about"]


def titles(page: BeautifulSoup) -> list[str]:
    return [words_of(link) for link in page.select(".card .title a")]


def number_in(row: object) -> int:
    return int(re.findall(r"(\d+) digests?$", words_of(row))[0])


@pytest.mark.parametrize("url", EVERY_PAGE)
def test_a_page_names_itself_may_be_listed_and_has_one_heading_and_no_foreign_link(get: Get, url: str) -> None:
    page = get(url)
    assert page.select_one("link[rel=canonical]")["href"] == url
    assert page.select_one("meta[name=robots]") is None
    assert words_of(page.title).endswith(" · PPRNet Search")
    assert page.select_one("meta[name=description]")["content"]
    assert len(page.select("h1")) == len(page.select("form[role=search]")) == 1
    levels = [int(tag.name[1]) for tag in page.select("h1, h2, h3")]
    assert all(level <= before + 1 for before, level in zip([0, *levels], levels, strict=False)), levels
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {tag["aria-labelledby"] for tag in page.select("[aria-labelledby]")} <= set(ids)
    links = {link["href"] for link in page.select("main a")}
    for link in links:
        assert link.startswith(("/", "#", "https://doi.org/")), link
        if link.startswith("/"):
            get(link)


def test_topics_are_listed_from_a_to_z_with_what_their_pages_say(get: Get) -> None:
    rows = get("/topics").select(".topic-list a")
    names = [words_of(row.select_one(".label")) for row in rows]
    assert names == sorted(names, key=str.casefold) and len(names) > 3
    for row in rows:
        page = get(row["href"])
        assert words_of(page.h1) == words_of(row.select_one(".label"))
        count = number_in(row)
        assert words_of(page.select_one(".lead")).startswith(f"{count} of 14 digests ")
        found = get(page.select_one(".lead a")["href"])
        assert re.search(r"\d+", words_of(found.h1))[0] == str(count)


def test_a_topic_shows_its_newest_digests_and_leads_to_types_and_years_of_it(get: Get) -> None:
    page = get("/topic/alliance")
    assert words_of(page.h1) == "Alliance and Therapeutic Relationship"
    found = get("/search?topic=alliance")
    assert titles(page) == titles(found) and len(titles(page)) > 3
    lead = words_of(page.select_one(".lead"))
    assert lead.startswith("4 of 14 digests are on Alliance and Therapeutic Relationship, from 2018 to 2020.")
    for row in page.select(".beside a"):
        there = get(row["href"])
        assert len(titles(there)) == number_in(row) > 0
        assert set(titles(there)) <= set(titles(page))
    years = [words_of(row.select_one(".label")) for row in page.select("[aria-labelledby=years] a")]
    assert years == sorted(years, reverse=True)


def test_the_archive_leads_to_every_year_and_month_and_so_to_every_digest(get: Get) -> None:
    archive = get("/archive")
    assert [words_of(heading) for heading in archive.select("h2")] == [
        "2022 2 digests",
        "2020 5 digests",
        "2019 4 digests",
        "2018 3 digests",
    ]
    months = [(words_of(row.select_one(".label")), number_in(row), row["href"]) for row in archive.select("a.row")]
    assert [(month, count) for month, count, _ in months] == [
        (month, len(digests)) for month, digests in reversed(PAGES.items())
    ]
    for month, _, href in months:
        assert sorted(titles(get(href))) == sorted(title for title, *_ in PAGES[month])


def test_a_year_names_its_digests_month_by_month_and_leads_to_its_neighbours(get: Get) -> None:
    page = get("/year/2019")
    assert [words_of(heading) for heading in page.select("h2")] == ["April 2019"]
    assert sorted(words_of(link) for link in page.select(".month li a")) == sorted(
        title for title, *_ in PAGES["April 2019"]
    )
    around = [(link["rel"], link["href"]) for link in page.select(".around a")]
    assert around == [(["prev"], "/year/2018"), (["next"], "/year/2020")]
    assert [link["href"] for link in get("/year/2022").select(".around a")] == ["/year/2020"]


def test_months_lead_to_the_months_before_and_after_that_have_digests(get: Get) -> None:
    page = get("/month/2019-04")
    assert [(words_of(link), link["href"]) for link in page.select(".around a")] == [
        ("← March 2018", "/month/2018-03"),
        ("July 2020 →", "/month/2020-07"),
    ]
    assert words_of(page.select_one(".trail")) == "← All of 2019"


def test_a_crowded_month_has_pages_and_a_crowded_year_names_a_few(client_over: Callable[..., FlaskClient]) -> None:
    records = [
        {"id": f"2020-01-{n:02d}", "title": f"Digest {n:02d}", "month": "2020-01", "summary": ["Text."]}
        for n in range(41)
    ]
    client = client_over(records)
    pages = [soup_of(client.get(f"/month/2020-01{query}")) for query in ("", "?page=2", "?page=3")]
    assert [len(titles(page)) for page in pages] == [20, 20, 1]
    assert [title for page in pages for title in titles(page)] == [record["title"] for record in records]
    assert [words_of(page.select_one("[aria-current=page]")) for page in pages] == ["Page 1", "Page 2", "Page 3"]
    assert [page.ol["start"] for page in pages] == ["1", "21", "41"]
    assert pages[1].select_one("link[rel=canonical]")["href"] == "/month/2020-01?page=2"
    assert client.get("/month/2020-01?page=4").status_code == 404
    year = soup_of(client.get("/year/2020"))
    assert [words_of(link) for link in year.select(".month li a")][-2:] == ["Digest 04", "36 more"]


def test_digests_without_a_month_or_title_are_counted_and_named(client_over: Callable[..., FlaskClient]) -> None:
    client = client_over(
        [{"id": "1", "title": "", "text": "x"}, {"id": "2", "title": "", "month": "2020-01", "summary": ["y"]}]
    )
    assert words_of(soup_of(client.get("/archive")).select_one(".lead")) == (
        "2 digests. 1 without a month stand at the end of all digests."
    )
    assert words_of(soup_of(client.get("/year/2020")).select_one(".month li")) == "Untitled digest"
    for url in EVERY_PAGE:
        assert client.get(url).status_code in (200, 404)


@pytest.mark.parametrize(
    "url",
    [
        "/topic/none",
        "/topic/%3Cscript%3E",
        "/topic/a/b",
        "/topic/%00",
        "/year/1999",
        "/year/20",
        "/year/x",
        "/year/²",
        "/month/2020-08",
        "/month/2020-13",
        "/month/x",
        "/month/2020-07?page=2",
        "/month/2020-07?page=99999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found_and_the_page_helps_on(get: Get, url: str) -> None:
    page = get(url, 404)
    assert page.select_one("#q") and page.select("main a")
    assert page.select_one("meta[name=robots]")["content"] == "noindex,follow"


@pytest.mark.parametrize("page", ["0", "-1", "x", "%00", ""])
def test_a_page_number_that_is_none_is_ignored(get: Get, page: str) -> None:
    assert len(titles(get(f"/month/2020-07?page={page}"))) == 5


def test_topics_of_any_name_have_a_page(client_over: Callable[..., FlaskClient]) -> None:
    names = ["a/b", "a?b#c", "<b>", "é", "a&b=c"]
    topics = [{"value": name, "source": "rules", "evidence": []} for name in names]
    client = client_over([{"id": "1", "title": "T", "summary": ["x"], "topics": topics}])
    links = [row["href"] for row in soup_of(client.get("/topics")).select(".topic-list a")]
    assert len(links) == len(names)
    for link in links:
        page = soup_of(client.get(link))
        assert titles(page) == ["T"]
        assert page.select_one("link[rel=canonical]")["href"] == link


def test_the_examples_of_the_help_find_what_they_say(get: Get) -> None:
    rows = get("/about").select("[aria-labelledby=syntax] dl > div")
    assert [words_of(row.code) for row in rows][-2:] == [
        "author:norwood",
        'journal:"clinical psychology & psychotherapy"',
    ]
    for row in rows:
        found = get(row.a["href"])
        assert found.select_one("#q")["value"] == words_of(row.code)
        total = words_of(row.select_one(".count"))
        assert words_of(found.h1).startswith(total if total != "0 digests" else "No digest")


def test_the_help_gives_every_number_of_the_live_ranking_with_meaning_and_reason(
    get: Get, built_config: Config
) -> None:
    section = get("/about").select_one("[aria-labelledby=order]")
    profile = open_index(built_config.index, built_config.corpus).profiles[DEFAULT_PROFILE]
    rows = section.select(".numbers > div")
    assert len(rows) == len(PARAMETERS)
    for row, (name, parameter) in zip(rows, PARAMETERS.items(), strict=True):
        assert float(row.strong.get_text()) == profile[name]
        assert words_of(row.dd) == f"{parameter.help} {profile.reasons[name]}"
    assert words_of(rows[0].dt) == f"k1 {profile['k1']:g}"
    assert [words_of(row.dt).rpartition(" ")[0] for row in rows if "length" in words_of(row.dt)] == [
        "title: length",
        "summary: length",
        "implications: length",
        "citation: length",
    ]


def test_a_changed_profile_changes_the_help(own_config: Config, client_over: Callable[..., FlaskClient]) -> None:
    text = (Path(__file__).parents[2] / "corpus" / "ranking.toml").read_text(encoding="utf-8")
    (own_config.corpus / "ranking.toml").write_text(text.replace("k1 = { value = 1.5", "k1 = { value = 1.75"))
    page = soup_of(client_over([{"id": "1", "title": "T", "text": "x"}]).get("/about"))
    assert words_of(page.select_one(".numbers dt")) == "k1 1.75"


def test_the_help_says_what_is_indexed_and_that_nothing_is_recorded(get: Get) -> None:
    page = get("/about")
    assert words_of(page.select_one("[aria-labelledby=indexed]")).startswith(
        f"What can be found 14 digests, {month_name('2018-03')} to {month_name('2022-05')}, read from saved pages"
    )
    assert "No cookies" in words_of(page.select_one("[aria-labelledby=privacy]"))
    assert {"/", "?"} <= {words_of(key) for key in page.select("[aria-labelledby=keys] dt")}
    assert {link["href"] for link in page.select(".contents a")} == {
        "#syntax",
        "#order",
        "#indexed",
        "#privacy",
        "#keys",
    }
