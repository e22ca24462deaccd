"""Why this result: what a reader is told of the place of a digest, in words and shares of its score."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from hand_made_pages import words_of

Get = Callable[..., BeautifulSoup]


def why_of(get: Get, search: str, title: str) -> BeautifulSoup:
    """The page behind "Why this result?" of the card with a title."""
    cards = get(f"/search?{search}").select(".card")
    (link,) = [card.select_one("[data-why]") for card in cards if words_of(card.select_one(".title")) == title]
    assert words_of(link) == f"Why this result? {title}", "the name of the link says of which"
    return get(link["href"])


def test_the_reasons_are_told_in_a_sentence_and_as_shares_of_the_score(get: Get) -> None:
    page = why_of(get, "q=video+alliance", "Working Alliance in Video Therapy")
    assert words_of(page.h1) == "Why this result?"
    body = page.select_one("[data-why-body]")
    assert words_of(body.p).startswith("Rank 1 of 7: ")
    reasons = [words_of(reason) for reason in body.select("li")]
    assert any("“video”, in 2 of 14 digests once in the title, " in reason for reason in reasons)
    shares = [int(words_of(share).removesuffix(" %")) for share in body.select("li strong")]
    assert shares == sorted(shares, reverse=True) and 99 <= sum(shares) <= 101


def test_a_word_that_the_digest_lacks_is_named_and_has_no_share(get: Get) -> None:
    page = why_of(get, "q=video+alliance", "Video Therapy in Practice")
    assert words_of(page.select("[data-why-body] li")[-1]) == "– “alliance”: not there"
    assert "lacks “alliance”" in words_of(page.select_one("[data-why-body] p"))


def test_the_page_leads_back_to_the_results_and_on_to_the_digest_with_the_same_search(get: Get) -> None:
    page = why_of(get, "q=video+alliance&from=2018&sort=newest", "Working Alliance in Video Therapy")
    assert page.select_one(".trail a")["href"] == "/search?q=video+alliance&from=2018&sort=newest"
    digest = page.select_one(".explained .title a")
    assert digest["href"].endswith("2018-03-working-alliance-in-video-therapy?q=video+alliance&from=2018&sort=newest")
    assert "newest first" in words_of(page.select_one("[data-why-body] p"))


def test_a_digest_that_is_not_found_is_told_why_not(get: Get) -> None:
    page = get("/why/2020-07-trauma-and-trust?q=video&topic=alliance")
    assert words_of(page.select_one("[data-why-body] p")).startswith("Not found: it does not have “video”")
    assert not page.select("[data-why-body] li")


@pytest.mark.parametrize("query", ["", "?topic=depression", "?q=%22", "?q=researchers+rests+%22rest%22+-zzz"])
def test_any_search_gives_a_page(get: Get, query: str) -> None:
    assert words_of(get(f"/why/2018-03-burnout-of-therapists{query}").select_one("[data-why-body] p"))


def test_without_words_there_is_nothing_to_explain_and_no_link_to_it(get: Get) -> None:
    assert not get("/search").select("[data-why]")


def test_an_unknown_digest_has_a_page_that_says_so_and_keeps_the_words(get: Get) -> None:
    page = get("/why/no-such-digest?q=video", 404)
    assert words_of(page.h1) == "There is no such digest"
    assert page.select_one("#q")["value"] == "video"
