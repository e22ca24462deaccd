"""The lab: who may see it, what it compares, how it shows the reading of a text, and that all of it is data."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hand_made_pages import soup_of, words_of
from harmless import ATTACKS
from test_web_serve import fetch, run, served

from indexer import Config, SearchRequest, open_index
from webui import create_app
from webui.lab import DEPTH, MAX_TOKENS, find_moves, is_loopback, rank_biased_overlap

GetPage = Callable[[str], BeautifulSoup]


@pytest.fixture(scope="session")
def lab_config(built_config: Config, tmp_path_factory: pytest.TempPathFactory, corpus_folder: Path) -> Config:
    """The index of every test, and a profile more, under which titles count nothing."""
    folder = tmp_path_factory.mktemp("lab")
    shipped = (corpus_folder / "ranking.toml").read_text(encoding="utf-8")
    titleless = '[titleless]\ninherits = "default"\ntitle_weight = { value = 0.0, reason = "so that hits move" }\n'
    (folder / "ranking.toml").write_text(f"{shipped}\n{titleless}", encoding="utf-8")
    return replace(built_config, corpus=folder)


@pytest.fixture(scope="session")
def lab(lab_config: Config) -> Flask:
    return create_app(lab_config, lab=True)


@pytest.fixture
def get_lab(lab: Flask) -> GetPage:
    """Return a function: address of the lab -> parsed page; it must answer with 200."""

    def get_page(url: str) -> BeautifulSoup:
        response = lab.test_client().get(url)
        assert response.status_code == 200, url
        return soup_of(response)

    return get_page


def rows_of(page: BeautifulSoup, heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its first row."""
    rows = page.select(f"section[aria-labelledby={heading}] tbody tr")
    return [[words_of(cell) for cell in row.select("th, td")] for row in rows]


# --- who may see it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/lab", "/lab?q=alliance", "/lab/analyse", "/lab/analyse?text=alliance"])
def test_without_the_flag_there_is_no_lab(client: FlaskClient, lab: Flask, url: str) -> None:
    assert client.get(url).status_code == 404
    assert lab.test_client().get(url).status_code == 200


def test_a_real_server_has_a_lab_with_the_flag_and_none_without(built_config: Config) -> None:
    with served(built_config, "--lab") as (_, _, address):
        assert "Two profiles side by side" in fetch(f"{address}lab?q=alliance")
        assert "How a text is read" in fetch(f"{address}lab/analyse?text=alliance")
    with served(built_config) as (_, _, address), pytest.raises(urllib.error.HTTPError) as caught:
        fetch(f"{address}lab")
    with caught.value as response:
        assert response.code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_host_that_others_can_reach_is_refused(built_config: Config, host: str) -> None:
    code, errors = run(built_config, "--port", "0", "--host", host, "--lab")
    assert code == 1
    assert errors == (
        f"pprsearch: The lab is for this machine only, but '{host}' is open to others. "
        "Leave out --lab, or serve with --host 127.0.0.1.\n"
    )


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("LocalHost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("128.0.0.1", False),
        ("192.168.1.2", False),
        ("127.0.0.1.example", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_only_names_of_this_machine_are_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("url", ["/lab?q=alliance", "/lab/analyse?text=alliance"])
@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("localhost", 200), ("evil.example", 404), ("evil.example:80", 404)],
)
def test_a_name_from_elsewhere_that_was_pointed_here_is_not_answered(
    lab: Flask, url: str, host: str, status: int
) -> None:
    assert lab.test_client().get(url, headers={"Host": host}).status_code == status


@pytest.mark.parametrize("url", ["/lab?q=alliance", "/lab/analyse?text=alliance"])
def test_the_lab_is_not_indexed_and_has_the_headers_and_landmarks_of_every_page(
    lab: Flask, client: FlaskClient, url: str
) -> None:
    response = lab.test_client().get(url)
    ours, usual = response.headers, client.get("/").headers
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert ours[name] == usual[name]
    page = soup_of(response)
    assert page.select_one("meta[name=robots]")["content"] == "noindex,follow"
    assert not page.select("link[rel=canonical]")
    assert len(page.select("h1")) == len(page.select("main")) == len(page.select("form[role=search]")) == 1
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {tag["id"] for tag in page.select("main input, select, textarea")} == {
        label["for"] for label in page.select("label")
    }
    assert {tag["aria-labelledby"] for tag in page.select("[aria-labelledby]")} <= set(ids)
    style = page.select_one("link[rel=stylesheet]")["href"]
    assert style == soup_of(client.get("/")).select_one("link[rel=stylesheet]")["href"]


# --- two profiles side by side ---------------------------------------------------------------------------------------


def test_two_columns_show_what_a_search_under_each_profile_finds(lab_config: Config, get_lab: GetPage) -> None:
    page = get_lab("/lab?q=video+therapy+alliance&a=default&b=titleless")
    searcher = open_index(lab_config.index, lab_config.corpus)
    found = {
        name: searcher.search(SearchRequest("video therapy alliance", size=DEPTH, profile=name)).hits
        for name in ("default", "titleless")
    }
    searcher.close()
    sections = page.select(".lab-columns > section")
    assert [words_of(section.h2).split()[0] for section in sections] == ["default", "titleless"]
    for section, hits in zip(sections, found.values(), strict=True):
        assert [words_of(code) for code in section.select(".id code")] == [hit.doc_id for hit in hits]
        assert [words_of(tag) for tag in section.select(".rank")] == [str(hit.rank) for hit in hits]
        assert [words_of(tag) for tag in section.select(".score")] == [f"score {hit.score:.4f}" for hit in hits]
        assert [words_of(tag) for tag in section.select("h3")] == [hit.title.text for hit in hits]
        assert all(link["href"].startswith("/article/") for link in section.select("h3 a"))
    old, new = ([hit.doc_id for hit in hits] for hits in found.values())
    gone, moves = find_moves(old, new)
    shown = [words_of(tag) for tag in page.select(".move")]
    assert shown == [move.text for move in (*gone, *moves) if move.text]
    assert any(move.kind in ("up", "down", "new") for move in moves), "the two profiles differ on this question"
    overlap, rbo = (words_of(tag) for tag in page.select(".figures dd"))
    assert overlap == f"{len({*old} & {*new})} of {max(len(old), len(new))}"
    assert float(rbo) == pytest.approx(rank_biased_overlap(old, new), abs=0.0005)


def test_each_hit_says_why_in_a_sentence_and_in_numbers_that_add_up_to_its_score(get_lab: GetPage) -> None:
    hits = get_lab("/lab?q=video+therapy+alliance").select(".lab-hits > li")
    assert len(hits) > 10
    for hit in hits:
        score = float(words_of(hit.select_one(".score")).removeprefix("score "))
        assert words_of(hit.select_one("details p")).startswith(f"Rank {words_of(hit.select_one('.rank'))} of ")
        values = {tag: float(words_of(tag.select_one(".value"))) for tag in hit.select("details li")}
        leaves = [value for tag, value in values.items() if not tag.select("li")]
        assert len(leaves) < len(values), "the tree has more than one level"
        assert next(iter(values.values())) == pytest.approx(score, abs=0.0001)
        assert sum(leaves) == pytest.approx(score, abs=0.0001 * len(leaves))


def test_a_profile_beside_itself_moves_nothing(get_lab: GetPage) -> None:
    page = get_lab("/lab?q=alliance&a=default&b=default")
    assert {words_of(tag) for tag in page.select(".move")} == {"same place"}
    overlap, rbo = (words_of(tag) for tag in page.select(".figures dd"))
    assert len(set(overlap.split(" of "))) == 1 and rbo == "1.000"


def test_without_words_there_is_the_form_and_no_comparison(get_lab: GetPage) -> None:
    page = get_lab("/lab")
    assert not page.select(".lab-columns, .figures, .notices")
    chosen = [words_of(option) for option in page.select("option[selected]")]
    assert chosen == ["default", "plain"]
    assert {words_of(option) for option in page.select("#a option")} >= {"default", "plain"}


def test_each_column_says_how_its_profile_read_the_words(get_lab: GetPage) -> None:
    plain, default = get_lab("/lab?q=online+therapy&a=plain&b=default").select(".lab-columns > section")
    assert not plain.select(".remark")
    assert words_of(default.select_one(".remark")).startswith("Also searched, at a lower weight: ")


def test_words_that_find_nothing_are_said_to_find_nothing(get_lab: GetPage) -> None:
    page = get_lab("/lab?q=zzzz")
    assert [words_of(tag) for tag in page.select(".lab-columns .nothing")] == ["Nothing is found."] * 2


def test_an_unknown_profile_gives_a_notice_and_a_known_one(get_lab: GetPage) -> None:
    page = get_lab("/lab?q=alliance&a=nosuch&b=plain")
    assert words_of(page.select_one(".notices li")).startswith(
        "There is no ranking profile 'nosuch'; 'default' is shown. Known ones: "
    )
    assert [words_of(option) for option in page.select("option[selected]")] == ["default", "plain"]
    assert "x" * 61 not in str(get_lab(f"/lab?q=alliance&b={'x' * 500}"))


def test_moves_tell_up_down_same_new_and_gone() -> None:
    gone, moves = find_moves(["a", "b", "c", "d"], ["a", "d", "e", "b"])
    assert [(move.kind, move.text) for move in gone] == [("", ""), ("", ""), ("gone", "gone"), ("", "")]
    assert [(move.kind, move.text) for move in moves] == [
        ("same", "same place"),
        ("up", "▲ up 2"),
        ("new", "new"),
        ("down", "▼ down 2"),
    ]


def test_rank_biased_overlap_by_hand() -> None:
    # p = .5. One shared id, at ranks 1 and 2: X = 0, 1; s = l = 2.
    # (1 - .5) / .5 * (0/1 * .5 + 1/2 * .25) + (0 + 1/2) * .25 = .125 + .125
    assert rank_biased_overlap(["a", "b"], ["c", "a"], 0.5) == pytest.approx(0.25)
    # The same first two, swapped: X = 0, 2: 1 * (0 + 2/2 * .25) + 2/2 * .25
    assert rank_biased_overlap(["a", "b"], ["b", "a"], 0.5) == pytest.approx(0.5)
    # Uneven: s = 1, l = 2, X = 1, 1: 1 * (1 * .5 + 1/2 * .25 + 1 * (2 - 1) / (1 * 2) * .25) + (0 / 2 + 1 / 1) * .25
    assert rank_biased_overlap(["a"], ["a", "b"], 0.5) == pytest.approx(1.0)
    # Uneven, the shared id late: X = 0, 1: 1 * (0 + 1/2 * .25 + 0) + ((1 - 0) / 2 + 0) * .25
    assert rank_biased_overlap(["b"], ["a", "b"], 0.5) == pytest.approx(0.25)


def test_rank_biased_overlap_has_its_bounds_is_symmetric_and_counts_early_ranks_most() -> None:
    ten = list("abcdefghij")
    assert rank_biased_overlap(ten, ten) == pytest.approx(1.0)
    assert rank_biased_overlap(ten, list("klmnopqrst")) == 0
    assert rank_biased_overlap([], []) == 1 and rank_biased_overlap([], ten) == rank_biased_overlap(ten, []) == 0
    assert rank_biased_overlap(ten, ten[3:]) == rank_biased_overlap(ten[3:], ten)
    early, late = ["b", "a", *ten[2:]], [*ten[:8], "j", "i"]
    assert 0 < rank_biased_overlap(ten, early) < rank_biased_overlap(ten, late) < 1


# --- how a text is analysed ------------------------------------------------------------------------------------------


def test_a_text_is_shown_as_tokens_with_places_and_both_analyzers(get_lab: GetPage) -> None:
    page = get_lab(f"/lab/analyse?text={quote_plus('Flückiger’s therapists')}%0D%0A%0D%0Aagreed")
    headings = [words_of(tag) for tag in page.select("section[aria-labelledby=as-text] th")]
    assert headings == ["Position", "Characters", "Word", "Term, english", "Term, names"]
    assert rows_of(page, "as-text") == [
        ["0", "0–11", "Flückiger’s", "fluckig", "fluckiger"],
        ["1", "12–22", "therapists", "therapist", "therapists"],
        ["3", "24–30", "agreed", "agre", "agreed"],
    ]
    assert page.textarea.get_text().removeprefix("\n") == "Flückiger’s therapists\n\nagreed"


def test_a_question_is_shown_as_clauses_with_what_was_dropped_and_excluded(get_lab: GetPage) -> None:
    text = 'does burnout burnout harm "working alliance" author:Norwood -children'
    page = get_lab(f"/lab/analyse?text={quote_plus(text)}")
    rows = rows_of(page, "as-query")
    assert [(row[0], *row[3:]) for row in rows] == [
        ("burnout", "no", "yes", "2"),
        ("harm", "no", "yes", "1"),
        ("working alliance", "yes", "yes", "1"),
        ("Norwood", "yes", "no", "1"),
    ]
    assert rows[2][1] == "working alliance work allianc weight 1"
    assert rows[2][2] == "none"
    assert rows[3][1] == "Norwood norwood in author, weight 1"
    assert words_of(page.select(".remark")[0]) == "Not searched, because nearly every text has them: “does”."
    excluded = page.select_one("h3").find_next("ul")
    assert words_of(excluded) == "children children weight 1"


def test_synonyms_are_shown_with_the_weight_that_a_search_gives_them(built_config: Config, get_lab: GetPage) -> None:
    searcher = open_index(built_config.index, built_config.corpus)
    synonyms = searcher.understand("online therapy").clauses[0].synonyms
    searcher.close()
    assert synonyms
    shown = rows_of(get_lab("/lab/analyse?text=online+therapy"), "as-query")[0][2]
    for way in synonyms:
        assert f"{way.typed} {' '.join(way.terms)} weight {way.weight:.3g}" in shown


@pytest.mark.parametrize("text", ["", "   ", "-", '"', "。"])
def test_a_text_without_a_word_gives_a_page(get_lab: GetPage, text: str) -> None:
    assert not get_lab(f"/lab/analyse?text={quote_plus(text)}").select("tbody tr")


def test_a_long_text_is_listed_up_to_a_limit_which_is_said(get_lab: GetPage) -> None:
    page = get_lab(f"/lab/analyse?text={'+'.join(['word'] * (MAX_TOKENS + 1))}")
    assert len(rows_of(page, "as-text")) == MAX_TOKENS
    assert f"Only the first {MAX_TOKENS:,} tokens are listed." in [words_of(tag) for tag in page.select(".notices li")]


# --- all of it is data -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", [*ATTACKS, "</textarea><script>alert(1)</script>", "\x00\x1b[31m"])
def test_nothing_that_is_typed_becomes_markup(get_lab: GetPage, attack: str) -> None:
    typed = quote_plus(attack)
    for url in (
        f"/lab?q=alliance+{typed}&a={typed}&b={typed}",
        f"/lab?q={typed}",
        f"/lab/analyse?text=alliance+{typed}",
        f'/lab/analyse?text="{typed}"+-{typed}+author:{typed}',
    ):
        page = get_lab(url)
        assert {tag.name for tag in page.find_all(True)} <= set(
            "html head meta title link script body ul ol li a header span form label input select option textarea "
            "button main div section aside p h1 h2 h3 mark strong code nav dl dt dd table thead tbody tr th td details "
            "summary footer".split()
        )
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on") or name in ("style", "autofocus")]
            for name in {"href", "action", "src"} & set(tag.attrs):
                address = urlsplit(tag[name])
                assert not address.scheme and not address.netloc, tag
                assert address.path.startswith("/") or tag[name] == "#main", tag


def test_bytes_that_are_no_text_give_a_page(get_lab: GetPage) -> None:
    assert get_lab("/lab?q=alliance+%ff%80&a=%ff").select(".lab-hits")
    assert get_lab("/lab/analyse?text=alliance+%ff%80").select("tbody tr")


def test_what_was_typed_stands_in_the_fields_again_and_goes_along_to_the_other_page(get_lab: GetPage) -> None:
    typed = '"a & b" <c> -d'
    page = get_lab(f"/lab?q={quote_plus(typed)}")
    assert page.select_one("#q")["value"] == typed
    analysed = get_lab(page.select("nav a")[1]["href"])
    assert analysed.textarea.get_text().removeprefix("\n") == typed
    back = get_lab(analysed.select("nav a")[0]["href"])
    assert back.select_one("#q")["value"] == typed
