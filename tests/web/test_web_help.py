"""Help with a question: how it was read and how to undo that, what may have been meant, what to do without a hit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from hand_made_pages import heading_of, total_of, words_of

from webui.pages.reading import quote_word

Get = Callable[..., BeautifulSoup]


def notes(page: BeautifulSoup) -> list[str]:
    """The sentences of "How we read your question", without their links."""
    items = page.select(".understood li")
    return [text for item in items if (text := words_of(item.find(string=True)))]


def undo(page: BeautifulSoup, label: str) -> str:
    (link,) = [link for link in page.select(".understood a") if words_of(link) == label]
    return str(link["href"])


# --- how we read your question ----------------------------------------------------------------------------------------


def test_a_dropped_word_is_named_and_a_click_searches_it_too(get: Get) -> None:
    page = get("/search?q=how+do+therapists+rest&from=2018")
    assert notes(page)[0] == "Not searched, because nearly every text has them: “how”, “do”."
    assert undo(page, "Search “how” too") == "/search?q=%22how%22+do+therapists+rest&from=2018"
    assert notes(get(undo(page, "Search “how” too")))[0].endswith("has them: “do”.")


def test_added_words_are_named_and_can_be_undone_word_by_word_or_all_at_once(get: Get) -> None:
    page = get("/search?q=empathy+burnout")
    assert notes(page)[0].startswith("Also searched, at a lower weight: empathic, ")
    one = get(undo(page, "Only “burnout” itself"))
    assert one.select_one("#q")["value"] == 'empathy "burnout"'
    assert "empathic" in notes(one)[0] and "exhaustion" in notes(page)[0] and "exhaustion" not in notes(one)[0]
    typed = get(undo(page, "Search only the words as typed"))
    assert notes(typed) == ["Only the words as typed were searched."]
    assert heading_of(get(undo(typed, "Search related words too"))) == heading_of(page)


def test_the_only_expanded_word_has_one_way_back_not_two(get: Get) -> None:
    page = get("/search?q=burnout&from=2018")
    assert [words_of(link) for link in page.select(".understood a")] == ["Search only the words as typed"]
    assert undo(page, "Search only the words as typed") == "/search?q=burnout&from=2018&words=typed"


def test_a_word_searched_in_place_of_a_mistyped_one_is_told_without_a_click(get: Get) -> None:
    page = get("/search?q=aliance+ruptuers")
    assert page.select_one("details.understood").has_attr("open")
    assert "“aliance” is not in the digests; “alliance” was searched instead, at a lower weight." in notes(page)
    assert not any("“aliance”" in note for note in notes(get(undo(page, "Only “aliance” itself"))))
    assert not get("/search?q=how+empathy").select_one("details.understood").has_attr("open")


def test_a_question_taken_as_typed_needs_no_explanation(get: Get) -> None:
    assert get("/search?q=researchers").select_one(".understood") is None


def test_what_was_ignored_is_told_apart_from_how_words_are_always_read(get: Get) -> None:
    page = get("/search?q=how+do+therapists+%22rest&to=soon")
    assert [words_of(notice) for notice in page.select(".notices li")] == [
        "'to=soon' in the address was ignored: it must be a year such as 2020.",
        "A quotation mark without its partner was ignored.",
    ]


@pytest.mark.parametrize(
    ("text", "word", "quoted"),
    [
        ("how do I", "do", 'how "do" I'),
        ("dodo do", "do", 'dodo "do"'),
        ("well-to-do to", "to", 'well-to-do "to"'),
        ('"how to" to', "to", '"how to" "to"'),
        ("“how to” do", "to", ""),
        ("c++ (why) c", "why", 'c++ ("why") c'),
        ("none", "other", ""),
    ],
)
def test_a_word_is_put_in_quotation_marks_where_it_stands_alone(text: str, word: str, quoted: str) -> None:
    assert quote_word(text, word) == quoted


def test_in_a_text_so_long_that_quotation_marks_mean_nothing_no_word_is_quoted(get: Get) -> None:
    page = get("/search?q=how+" + "+".join(f"empathy{n}" for n in range(40)))
    assert "“how”" in notes(page)[0] and "Search “how” too" not in words_of(page.select_one(".understood"))


# --- did you mean -----------------------------------------------------------------------------------------------------


def test_a_mistyped_question_links_to_what_was_meant_with_the_same_filters_and_what_it_finds(get: Get) -> None:
    page = get("/search?q=aliance+%3Cb%3E+ruptuers&type=meta-analysis&sort=title&page=1")
    line = next(p for p in page.select("p.match") if "Did you mean" in words_of(p))
    assert line.a["href"] == "/search?q=alliance+%3Cb%3E+ruptures&type=meta-analysis&sort=title"
    assert words_of(line.a) == "alliance <b> ruptures", "what was typed is text, not markup"
    assert words_of(line) == f"Did you mean alliance <b> ruptures? {total_of(get(line.a['href']))} digests"
    assert "Did you mean" not in words_of(get(line.a["href"]).main)


# --- nothing found ----------------------------------------------------------------------------------------------------


def ways_out(page: BeautifulSoup) -> list[tuple[str, str]]:
    assert total_of(page) == 0
    return [(words_of(way), str(way["href"])) for way in page.select(".nothing a")]


def test_one_filter_less_comes_first_then_looser_words_then_topics_of_that_name(get: Get) -> None:
    page = get("/search?q=video+alliance&topic=alliance&from=2020&to=2020&match=all")
    assert ways_out(page) == [
        (
            "1 digest without the filter Year: 2020",
            "/search?q=video+alliance&topic=alliance&match=all",
        ),
        (
            "1 digest with any of your words",
            "/search?q=video+alliance&topic=alliance&from=2020&to=2020",
        ),
        ("4 digests on the topic Alliance and Therapeutic Relationship", "/search?topic=alliance"),
    ]


def test_when_no_single_filter_is_in_the_way_all_of_them_go(get: Get) -> None:
    page = get("/search?q=empathy&topic=depression&type=randomized-controlled-trial&from=2022")
    assert ways_out(page)[0] == ("1 digest without any filter", "/search?q=empathy")


def test_when_only_looser_words_without_any_filter_find_something_that_is_offered(get: Get) -> None:
    page = get("/search?q=%22video+empathy%22&topic=depression&from=2022")
    assert ways_out(page)[0][0] == "3 digests with any of the plain words video empathy, without any filter"


def test_plain_words_are_asked_for_loosely_whatever_the_question_wanted(get: Get) -> None:
    page = get("/search?q=%22empathy+video%22&match=all")
    assert ways_out(page) == [
        ("3 digests with any of the plain words empathy video", "/search?q=empathy+video"),
        ("1 digest on the topic Empathy", "/search?topic=empathy"),
    ]


def test_a_corrected_question_is_a_way_out(get: Get) -> None:
    page = get("/search?q=title%3Aalliancee&type=meta-analysis")
    found = dict(ways_out(page))
    assert found["4 digests for “title:alliance”"] == "/search?q=title%3Aalliance&type=meta-analysis"
    assert not [p for p in page.select("p.match") if "Did you mean" in words_of(p)], "said once, not twice"


def test_leaving_words_out_again_is_kept_when_words_are_taken_as_plain_ones(get: Get) -> None:
    page = get("/search?q=%22empathy+empathy%22+-therapists+-%22the+end%22")
    assert ways_out(page)[0][1] == "/search?q=empathy+empathy"


@pytest.mark.parametrize(
    "search",
    [
        "q=empathy&topic=depression&type=meta-analysis&from=2022&match=all",
        "q=%22alliance+depression+video%22&from=2020",
        "q=video+alliance&from=2020&match=all&words=typed",
        "q=zzz",
        "q=zzz&topic=alliance&topic=empathy",
        "q=-alliance+zzz",
    ],
)
def test_every_way_out_finds_as_much_as_it_says(get: Get, search: str) -> None:
    for text, href in ways_out(get(f"/search?{search}")):
        number = re.match(r"\d+", text)
        assert number, text
        assert total_of(get(href)) == int(number[0]) > 0, (text, href)


def test_words_that_no_digest_has_still_leave_the_newest_digests_to_read(get: Get) -> None:
    page = get("/search?q=zzz")
    assert ways_out(page) == []
    assert len(page.select(".newest .card")) == 3
    assert heading_of(page) == "No digest for zzz"
    assert page.select_one("#q")["value"] == "zzz"
