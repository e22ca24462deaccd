"""The address of a search, both ways: what is parsed, what is said about broken values, and the links made of it."""

from __future__ import annotations

import unicodedata
from bisect import bisect
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer import SORTS, SearchRequest
from webui.params import MAX_PAGE, MAX_VALUES, State, canonical, pair, parse_query_string

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SLUGS = st.one_of(st.sampled_from(["alliance", "empathy", "a b&c=d", "é", "<i>"]), TEXTS).filter(
    lambda text: canonical(SearchRequest(text)).text == text != ""
)
YEARS = st.one_of(st.none(), st.integers(1, 9999))
REQUESTS = st.builds(
    SearchRequest,
    text=TEXTS,
    topics=st.lists(SLUGS, max_size=4).map(tuple),
    types=st.lists(SLUGS, max_size=4).map(tuple),
    year_from=YEARS,
    year_to=YEARS,
    match=st.sampled_from(["any", "all"]),
    sort=st.sampled_from([None, *SORTS]),
    page=st.integers(1, MAX_PAGE),
).map(canonical)


def parse(query: str) -> SearchRequest:
    return parse_query_string(query)[0]


@given(REQUESTS)
def test_a_request_comes_back_from_its_address_without_a_notice(request: SearchRequest) -> None:
    assert parse_query_string(State(request).query()) == (request, ())


@given(st.text(max_size=80))
def test_whatever_stands_in_an_address_gives_a_request_with_one_address(query: str) -> None:
    request = parse(query)
    assert canonical(request) == request
    assert parse(State(request).query()) == request


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q", "topic", "type", "from", "to", "match", "sort", "page", "other"]),
            st.sampled_from(["", "0", "-1", "2020", "٣", "1e3", "99999999999", "all", "relevance", "a b", "\x00", "é"]),
        )
    )
)
def test_any_mixture_of_values_gives_a_request_with_one_address(pairs: list[tuple[str, str]]) -> None:
    request = parse("&".join(f"{name}={value}" for name, value in pairs))
    assert parse_query_string(State(request).query()) == (request, ())


@given(REQUESTS, SLUGS, st.sampled_from(["topic", "type"]))
def test_toggling_a_value_twice_leads_back_to_the_first_page(request: SearchRequest, value: str, facet: str) -> None:
    once = parse(State(request).toggle(facet, value))
    chosen = set(once.topics if facet == "topic" else once.types)
    assert chosen == set(request.topics if facet == "topic" else request.types) ^ {value}
    assert State(once).toggle(facet, value) == State(request).page(1)


@example("q=a=b&topic=c=d&topic=%3d&q=&topic&=e")
@given(st.text("q=&+%41c3a9 topic\x00\t;é", max_size=40))
def test_an_address_is_taken_apart_as_the_standard_library_does_it(query: str) -> None:
    request, values = parse(query), parse_qs(query, errors="replace")
    texts, topics = ([_in_one_line(text) for text in values.get(name, ())] for name in ("q", "topic"))
    assert request.text == next(filter(None, texts), "")
    assert request.topics == tuple(sorted(set(filter(None, topics))))


@given(TEXTS)
def test_characters_that_cannot_be_seen_part_words(text: str) -> None:
    assert canonical(SearchRequest(text)).text == _in_one_line(text)


def _in_one_line(text: str) -> str:
    return " ".join("".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text).split())


@given(REQUESTS, SLUGS, st.sampled_from(["topic", "type"]), YEARS)
def test_parts_of_an_address_stand_around_what_is_left_out(
    request: SearchRequest, value: str, facet: str, year: int | None
) -> None:
    state = State(request)
    chosen = request.topics if facet == "topic" else request.types
    gaps = state.gaps(facet)
    assert len(gaps) == len(chosen) + 1
    if value not in chosen:
        before, after = gaps[bisect(chosen, value)]
        assert f"{before}{pair(facet, value)}{after}" == state.toggle(facet, value)
    ((before, after),) = state.gaps("year")
    low = year or 2020
    assert f"{before}from={low}&to={low}{after}" == state.with_years(low, low)
    assert f"{state.before_page()}7" == state.page(7)
    assert f"{state.before_sort()}title" == state.with_sort("title")


def test_an_address_is_written_in_one_order_and_without_defaults() -> None:
    request = SearchRequest("video therapy", ("b", "a"), ("t",), 2018, 2020, "all", "newest", 3)
    expected = "q=video+therapy&topic=a&topic=b&type=t&from=2018&to=2020&match=all&sort=newest&page=3"
    assert State(request).query() == expected
    mixed = "page=3&sort=newest&to=2020&match=all&topic=b&type=t&q=video therapy&from=2018&topic=a&topic=b"
    assert State(parse(mixed)).query() == expected
    assert State(SearchRequest("a", sort="relevance", match="any", page=1)).query() == "q=a"
    assert State(SearchRequest(sort="newest", match="all")).query() == ""


@pytest.mark.parametrize(
    ("query", "request_"),
    [
        ("", SearchRequest()),
        ("q=&topic=&type=&from=&to=&match=&sort=&page=", SearchRequest()),
        ("q=+a%00b%0A+c+", SearchRequest("a b c")),
        ("q=&q=second&q=third", SearchRequest("second")),
        ("q=%ff", SearchRequest("�")),
        ("from=02018&to= 2020 ", SearchRequest(year_from=2018, year_to=2020)),
        ("q=a&page=007", SearchRequest("a", page=7)),
        ("utm_source=x&q=a", SearchRequest("a")),
    ],
)
def test_harmless_oddities_are_read_without_a_notice(query: str, request_: SearchRequest) -> None:
    assert parse_query_string(query) == (request_, ())


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=abc", "'from=abc' in the address was ignored: it must be a year such as 2020."),
        ("to=0", "'to=0' in the address was ignored: it must be a year such as 2020."),
        ("to=12345", "'to=12345' in the address was ignored: it must be a year such as 2020."),
        ("from=٢٠٢٠", "'from=٢٠٢٠' in the address was ignored: it must be a year such as 2020."),
        ("match=most", "'match=most' in the address was ignored: it must be any or all."),
        ("sort=best", "'sort=best' in the address was ignored: it must be relevance or newest or oldest or title."),
        ("page=0", "'page=0' in the address was ignored: it must be a number from 1."),
        ("page=-3", "'page=-3' in the address was ignored: it must be a number from 1."),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_ignored(query: str, said: str) -> None:
    request, notices = parse_query_string(query)
    assert request == SearchRequest()
    assert [notice.message for notice in notices] == [said]


def test_a_long_broken_value_is_not_repeated_whole() -> None:
    _, (notice,) = parse_query_string("from=" + "x" * 1000)
    assert len(notice.message) < 150


def test_numbers_of_any_length_are_no_problem() -> None:
    assert parse("page=" + "9" * 5000).page == MAX_PAGE
    assert parse("from=" + "9" * 5000).year_from is None


def test_an_address_cannot_ask_for_unlimited_work() -> None:
    request, notices = parse_query_string("&".join(f"topic={i}" for i in range(1000)))
    assert len(request.topics) == MAX_VALUES
    assert [notice.code for notice in notices] == ["many-values"]


def test_every_change_of_a_search_keeps_the_rest_and_starts_at_page_one() -> None:
    state = State(SearchRequest("a", ("t",), ("k",), 2018, 2020, "all", "title", 4))
    rest = "from=2018&to=2020&match=all&sort=title"
    assert state.toggle("topic", "u") == f"q=a&topic=t&topic=u&type=k&{rest}"
    assert state.toggle("topic", "t") == f"q=a&type=k&{rest}"
    assert state.toggle("type", "k") == f"q=a&topic=t&{rest}"
    assert state.with_years(2019, 2019) == "q=a&topic=t&type=k&from=2019&to=2019&match=all&sort=title"
    assert state.without("year") == "q=a&topic=t&type=k&match=all&sort=title"
    assert state.without("topic") == f"q=a&type=k&{rest}"
    assert state.with_match("any") == "q=a&topic=t&type=k&from=2018&to=2020&sort=title"
    assert state.with_sort(None) == "q=a&topic=t&type=k&from=2018&to=2020&match=all"
    assert state.words_only() == "q=a"
    assert state.page(5) == f"q=a&topic=t&type=k&{rest}&page=5"


@given(REQUESTS)
def test_a_form_carries_along_what_the_address_says_except_the_page(request: SearchRequest) -> None:
    assert list(State(request).fields()) == parse_qsl(State(request).page(1))


def test_a_form_leaves_out_what_it_asks_for() -> None:
    state = State(SearchRequest("a", ("t",), year_from=2018))
    assert state.fields("q") == (("topic", "t"), ("from", "2018"))
    assert state.fields("from", "to") == (("q", "a"), ("topic", "t"))


def test_one_year_is_short_for_a_range_of_it_and_the_range_itself_counts_more() -> None:
    assert parse("year=2020") == SearchRequest(year_from=2020, year_to=2020)
    assert parse("year=2020&to=2022") == SearchRequest(year_from=2020, year_to=2022)
    assert State(parse("year=2020")).query() == "from=2020&to=2020"
    assert [notice.code for notice in parse_query_string("year=now")[1]] == ["broken-value"]


@given(REQUESTS, TEXTS)
def test_other_words_have_the_address_of_the_same_search_for_them(request: SearchRequest, text: str) -> None:
    assert State(request).with_words(text) == State(replace(request, text=text, page=1)).query()
