"""Typing errors: which words are corrected, to what, in which order; worked out by hand over a few digests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from string import ascii_lowercase

import pytest

from indexer.engines import open_engine
from indexer.generations import Generation
from indexer.model import Article
from indexer.query import Query, parse_query
from indexer.spelling import Close, Speller
from indexer.synonyms import Expansion, Synonyms

SYNONYMS = Synonyms({("grop",): (Expansion(("zoom",), "zoom", 0.5),)})
# Documents that hold it: group 3, grope 1, alliance 2 (and alliances 1), therapeutic 1, attachment 1, Flückiger 1.
ARTICLES = [
    Article("a", "Group and alliance", "2018-01", 2018, summary=("The therapeutic alliance in a group; a grope.",)),
    Article("b", "Groups, a group", "2018-02", 2018, summary=("Alliances, an alliance, self disclosure.",)),
    Article("c", "Flückiger’s group", "2018-03", 2018, summary=("An attachment, measured 1234 times. Worse acts.",)),
    Article("d", "A zoom", "2018-04", 2018, summary=("Video.", "Disclosure of the self. Balance, counter.")),
]


@pytest.fixture(scope="module")
def generation(build: Callable[..., Generation]) -> Generation:
    return build(ARTICLES)


@pytest.fixture(scope="module", params=["whoosh", "compiled"])
def speller(request: pytest.FixtureRequest, generation: Generation) -> Iterator[Speller]:
    with closing(open_engine(request.param, generation.folder)) as engine:
        yield Speller(engine, SYNONYMS)


def corrected(speller: Speller, text: str) -> str | None:
    found = speller.correct(text, SYNONYMS.expand(parse_query(text), 1.0))
    return found.text if found else None


# --- which words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("theraputic", "therapeutic"),  # a letter less
        ("allliance", "alliance"),  # a letter more
        ("allianse", "alliance"),  # another letter
        ("gruop", "group"),  # two swapped
        ("lalliance", "alliance"),  # the first letter, one slip
        ("attachmnet", "attachment"),
        ("terapeutik", "therapeutic"),  # two slips in ten letters
        ("selfdisclosure", "self disclosure"),
        ("Flukiger", "Flückiger"),
        ("FLUCKIGR’s", "Flückiger"),
    ],
)
def test_one_slip_or_two_in_a_long_word_are_mended(speller: Speller, typed: str, meant: str) -> None:
    assert corrected(speller, typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "alliance groups",  # known, and known by its stem
        "Groupings' grouped",
        "fluckiger FLÜCKIGER’S",
        "1235 12345 gr0up",  # figures
        "grp zom",  # shorter than four letters
        "grop",  # has synonyms
        "10.1016/j.gruop.2018.01",  # a DOI
        "worse horse cats",  # a short word begins as it was typed
        "alyance",  # two slips in seven letters
        "qwertzuiop xkcdxkcd",
        "counterbalance",  # both halves are known, and nowhere side by side
        "psycho therapy",  # a blank too many: no word of it is close to another
        "альянс 同盟関係 ééééé",
        "",
        '?! - " title: OR',
    ],
)
def test_known_words_figures_short_words_and_garbage_are_left_alone(speller: Speller, typed: str) -> None:
    assert corrected(speller, typed) is None


def test_all_else_of_the_question_stays_as_it_was_typed(speller: Speller) -> None:
    typed = "  “theraputic  Aliance” title:gruop, -video OR (Alliance)!"
    assert corrected(speller, typed) == "  “therapeutic  alliance” title:group, -video OR (Alliance)!"
    assert corrected(speller, "author:flukiger gruop-gruop") == "author:Flückiger group-group"
    assert corrected(speller, "alliance -gruop") is None, "what is excluded is not searched"


# --- in which order ---------------------------------------------------------------------------------------------------


def test_of_words_as_close_the_one_of_more_digests_comes_first_and_weighs_most(speller: Speller) -> None:
    # "group" stands in three digests, "grope" in one, one slip away both; "groups" has the stem of "group"
    assert speller.find_close("groue") == (
        Close("group", ("group",), 1.0),
        Close("grope", ("grope",), pytest.approx(1 / 3)),
    )


def test_the_alphabet_decides_between_equals(build: Callable[..., Generation]) -> None:
    with closing(open_engine("compiled", build([Article("a", "bond band bind")]).folder)) as engine:
        found = Speller(engine, SYNONYMS).find_close("bund")
    assert [close.shown for close in found] == ["band", "bind", "bond"]


def test_a_new_speller_over_another_engine_finds_the_same(generation: Generation, speller: Speller) -> None:
    with closing(open_engine("compiled", generation.folder)) as engine:
        other = Speller(engine, SYNONYMS)
        for word in ("groue", "theraputic", "selfdisclosure", "alliancs"):
            assert other.find_close(word) == speller.find_close(word) == speller.find_close(word)


# --- what is searched -------------------------------------------------------------------------------------------------


def widened(speller: Speller, text: str, weight: float) -> Query:
    query = parse_query(text)
    found = speller.correct(text, query)
    assert found
    return found.widen(query, weight)


def test_close_words_are_added_to_unknown_plain_words_at_the_weight_and_named(speller: Speller) -> None:
    query = widened(speller, "alliance groue", 0.6)
    assert [[(s.terms, round(s.weight, 6)) for s in clause.synonyms] for clause in query.clauses] == [
        [],
        [(("group",), 0.6), (("grope",), 0.2)],
    ]
    (notice,) = query.notices
    assert notice.code == "spelling"
    assert notice.message == (
        "“groue” is not in the digests; “group” or “grope” was searched instead, at a lower weight."
    )


def test_a_weight_of_0_and_quoted_or_prefixed_words_add_nothing(speller: Speller) -> None:
    assert widened(speller, "gruop", 0.0) == parse_query("gruop")
    for text in ('"gruop alliance"', "title:gruop", "author:flukiger"):
        assert widened(speller, text, 1.0) == parse_query(text)


# --- hostile input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "gruop" * 2_000, "gruop " * 1_666, "ö" * 10_000, " ".join(f"gruop{'x' * i}" for i in range(140))],
    ids=["one letter", "one word", "repeated", "accents", "all unknown"],
)
def test_ten_thousand_characters_are_answered_at_once(speller: Speller, text: str) -> None:
    speller.find_close("theraputic")  # reads the texts, once
    query = parse_query(text)
    begin = time.perf_counter()
    speller.correct(text, query)
    assert time.perf_counter() - begin < 1  # 2 ms; a check that all words are looked up would take minutes


def test_a_pasted_text_is_not_corrected(speller: Speller) -> None:
    words = [f"{letter * 4}x" for letter in ascii_lowercase]
    assert corrected(speller, " ".join(["gruop", *words])) is not None
    assert corrected(speller, " ".join(["gruop", *words, "one1", "two2", "six6", "ten0"])) is None
