"""What is understood of what readers type, case by case; and that nothing they type is an error."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.query import (
    MAX_CHARS,
    MAX_PHRASE_WORDS,
    MAX_WORDS,
    QUESTION_WORDS,
    Alternative,
    Clause,
    Query,
    parse_query,
)
from indexer.schema import SCORED


def shown(query: Query) -> list[str]:
    """Clauses in short: terms joined by '+', alternatives by '|', '!' required, '~' unscored, '2x' typed twice."""

    def one(way: Alternative) -> str:
        prefix = "" if way.fields == SCORED else f"{'/'.join(way.fields)}:"
        return prefix + "+".join(way.terms)

    def clause(asked: Clause) -> str:
        text = "|".join(one(way) for way in asked.alternatives)
        return (
            ("!" if asked.required else "")
            + ("" if asked.scored else "~")
            + (f"{asked.count}x" if asked.count > 1 else "")
            + text
        )

    return [clause(asked) for asked in query.clauses] + [f"-{one(way)}" for way in query.excluded]


def codes(query: Query) -> list[str]:
    return [notice.code for notice in query.notices]


UNDERSTOOD = [
    # words
    ("video therapy alliance", ["video", "therapi", "allianc"], []),
    ("  video\ttherapy\n ", ["video", "therapi"], []),
    ("Alliance ALLIANCES alliance's", ["3xallianc"], []),
    ("client`s O’Brien Flückiger", ["client", "obrien", "fluckig"], []),
    ("meta-analysis", ["meta", "analysi"], []),
    ("10.1037/pst0000172", ["citation:10+1037+pst0000172"], []),
    ("https://doi.org/10.1037/PST0000172 grief", ["grief", "citation:10+1037+pst0000172"], []),
    ("DOI: 10.1037/pst0000172.", ["citation:10+1037+pst0000172"], []),
    ("10.1037 grief", ["10", "1037", "grief"], []),
    ("r = .278 (95% CI)", ["278", "95", "ci"], ["dropped"]),
    ("alliance, grief; (work)!", ["allianc", "grief", "work"], []),
    # phrases
    ('"working alliance" grief', ["!work+allianc", "grief"], []),
    ("“working alliance” «grief work»", ["!work+allianc", "!grief+work"], []),
    ('„working alliance“ "grief"', ["!work+allianc", "!grief"], []),
    ('"the alliance"', ["!the+allianc"], []),
    ('"meta-analysis"', ["!meta+analysi"], []),
    ('grief"work"loss', ["grief", "!work", "loss"], []),
    ('"" " " "?!"', [], []),
    ('"working alliance', ["work", "allianc"], ["open-quote"]),
    ('working" alliance', ["work", "allianc"], ["open-quote"]),
    ('"working alliance" "grief', ["!work+allianc", "grief"], ["open-quote"]),
    ('"', [], ["open-quote"]),
    # exclusion
    ("grief -work", ["grief", "-work"], []),
    ('grief -"working alliance"', ["grief", "-work+allianc"], []),
    ("grief -meta-analysis", ["grief", "-meta+analysi"], []),
    ("grief -author:Tasca", ["grief", "-author:tasca"], []),
    ("grief -title:work", ["grief", "-title:work"], []),
    ("-grief", ["-grief"], []),
    ("grief - work", ["grief", "work"], []),
    ("grief –work —loss", ["grief", "work", "loss"], []),
    ("- -- --- -", [], []),
    ("self-help", ["self", "help"], []),
    ('grief -""', ["grief"], []),
    # OR
    ("Author:Tasca TITLE:grief", ["!~author:tasca", "!title:grief"], []),
    ("grief OR loss", ["grief|loss"], []),
    ("grief OR loss OR work video", ["grief|loss|work", "video"], []),
    ("grief or loss", ["grief", "loss"], ["dropped"]),
    ('grief OR "working alliance"', ["!grief|work+allianc"], []),
    ("grief OR title:loss", ["!grief|title:loss"], []),
    ("author:tasca OR journal:research", ["!~author:tasca|journal:research"], []),
    ("author:tasca OR grief", ["!author:tasca|grief"], []),
    ("grief OR grief", ["grief"], []),
    ("grief OR -loss", ["grief", "-loss"], []),
    ("OR", [], ["syntax"]),
    ("OR grief", ["grief"], ["syntax"]),
    ("grief OR", ["grief"], ["syntax"]),
    ("grief OR OR loss", ["grief|loss"], []),
    ("OR OR OR", [], ["syntax"]),
    # prefixes
    ("title:alliance", ["!title:allianc"], []),
    ("title:Alliance title:grief", ["!title:allianc", "!title:grief"], []),
    ('title:"working alliance"', ["!title:work+allianc"], []),
    ("author:Flückiger", ["!~author:fluckiger"], []),
    ('author:"Del Re"', ["!~author:del+re"], []),
    ("journal:psychotherapies", ["!~journal:psychotherapies"], []),
    ('title:""', [], []),
    ("title:... grief", ["grief"], []),
    ("title:title:grief", ["!title:titl+grief"], []),
    ("subtitle:grief", ["subtitl", "grief"], []),
    ("summary:grief http://x.org", ["summari", "grief", "http", "org"], ["dropped"]),
    ("title: grief", ["titl", "grief"], ["syntax"]),
    # questions
    ("does therapist burnout make patients worse?", ["therapist", "burnout", "patient", "wors"], ["dropped"]),
    ("What is grief?", ["grief"], ["dropped"]),
    ("the", ["the"], []),
    ("how do you", ["how", "do", "you"], []),
    ("the -grief", ["the", "-grief"], []),
    ("what's title:grief", ["!title:grief"], ["dropped"]),
    ("the OR grief", ["the|grief"], []),
    ("not without self-help", ["not", "without", "self", "help"], []),
    # nothing
    ("", [], []),
    (" \n", [], []),
    ("?!…", [], []),
]


@pytest.mark.parametrize(("text", "clauses", "notices"), UNDERSTOOD)
def test_what_is_typed_is_understood_as(text: str, clauses: list[str], notices: list[str]) -> None:
    query = parse_query(text)
    assert (shown(query), codes(query)) == (clauses, notices)


def test_a_clause_shows_its_words_as_they_were_typed() -> None:
    query = parse_query('Working Alliances "Grief   work" CBT OR “Online  Therapy” alliance author:Tasca the')
    assert query.words == ("Working", "Alliances", "Grief work", "CBT OR Online Therapy")


def test_what_was_dropped_is_named_once_each() -> None:
    (notice,) = parse_query("Does the therapist help the patient?").notices
    assert notice.message.endswith(": “Does”, “the”.")


def test_plain_words_are_kept_in_typed_order_for_synonyms() -> None:
    query = parse_query('online therapy of grief -loss "work" online')
    places = (("onlin", 0), ("therapi", 1), ("of", None), ("grief", 2), ("", None), ("", None), ("onlin", 0))
    assert query.sequence == places


def test_what_is_joined_by_or_quoted_or_prefixed_is_not_plain() -> None:
    numbers = [number for _, number in parse_query('grief OR loss title:work "video"').sequence]
    assert numbers == [None, None, None, None]


def test_question_words_are_written_as_they_are_folded() -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in QUESTION_WORDS)
    assert not QUESTION_WORDS & {"self", "other", "group", "after", "between", "without", "no", "not", "more", "less"}


@pytest.mark.parametrize("text", ["title: grief", "grief OR", "therap*", "grief NOT loss", "grief AND loss"])
def test_a_reader_is_told_when_syntax_was_not_understood(text: str) -> None:
    assert parse_query(text).notices


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_question_of_ten_thousand_characters_is_read_whole_and_one_more_is_cut() -> None:
    fits = "grief " * 1_666 + "loss"
    assert len(fits) == MAX_CHARS
    assert shown(parse_query(fits)) == ["1666xgrief", "loss"]
    assert codes(parse_query(fits)) == []
    longer = parse_query(fits + " work")
    assert (shown(longer), codes(longer)) == (["1666xgrief", "loss"], ["too-long"])


def test_a_quotation_mark_beyond_the_cut_leaves_an_open_quote() -> None:
    query = parse_query('"grief' + " " * MAX_CHARS + '"')
    assert codes(query) == ["too-long", "open-quote"]


def test_four_hundred_different_words_are_searched_and_no_more() -> None:
    words = [f"w{number}" for number in range(MAX_WORDS + 5)]
    assert len(parse_query(" ".join(words[:MAX_WORDS])).clauses) == MAX_WORDS
    query = parse_query(" ".join(words))
    assert (len(query.clauses), codes(query)) == (MAX_WORDS, ["many-words"])


def test_repeats_do_not_count_against_the_limit_of_words() -> None:
    query = parse_query("grief " * 450 + "loss")
    assert (shown(query), codes(query)) == (["450xgrief", "loss"], [])


def test_a_phrase_is_cut_after_twenty_words_with_a_notice() -> None:
    words = [f"w{number}" for number in range(25)]
    for text in (f'"{" ".join(words)}"', f"title:{'-'.join(words)}", f"grief -{'-'.join(words)}"):
        query = parse_query(text)
        (way,) = query.excluded or query.clauses[0].alternatives
        assert way.terms == tuple(words[:MAX_PHRASE_WORDS])
        assert codes(query) == ["long-phrase"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("gr\0ief", ["gr", "ief"]),
        ("\ud800grief\udfff", ["grief"]),
        ("\u202egrief\u202c \u200fשלום", ["grief", "שלום"]),
        ("👍🏽 grief 👩‍👩‍👧", ["grief"]),
        ("grief\u00a0work\u3000loss\u2028video", ["grief", "work", "loss", "video"]),
        ("ﬁnd ² Ｘ", ["find", "2", "x"]),
        ("Ψυχοθεραπεία", ["ψυχοθεραπεια"]),
        ("\u0301\u0302 grief", ["grief"]),
    ],
)
def test_odd_characters_are_harmless(text: str, terms: list[str]) -> None:
    clauses = parse_query(text + " kept").clauses
    assert [clause.alternatives[0].terms[0] for clause in clauses][: len(terms)] == terms


anything = st.text(st.characters(exclude_categories=()), max_size=200)
pieces = st.sampled_from(['"', "“", "-", " ", " OR ", "title:", "author:", "journal:", "grief", "the", "’", "\n", ":"])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(anything, st.lists(st.one_of(pieces, anything), max_size=12).map("".join)))
@example("-" * MAX_CHARS)
@example('"' * (MAX_CHARS + 1))
@example("title:" * 2_000)
@example("OR " * 4_000)
def test_any_text_at_all_is_a_query(text: str) -> None:
    query = parse_query(text)
    ways = [way for clause in query.clauses for way in clause.alternatives] + list(query.excluded)
    for way in ways:
        assert 0 < len(way.terms) <= MAX_PHRASE_WORDS and all(way.terms)
        assert way.typed
        "".join(way.terms).encode()  # what the lexicon is asked for is always UTF-8
    assert all(clause.alternatives and clause.count > 0 for clause in query.clauses)
    assert all(number is None or number < len(query.clauses) for _, number in query.sequence)
    assert parse_query(text) == query


@given(
    st.lists(st.sampled_from("therapist alliance does the why US it drop outs out IS".split()), max_size=6).map(
        " ".join
    )
)
def test_plain_words_mean_the_same_alone_and_beside_an_excluded_word(text: str) -> None:
    """A question of plain words is read a short way; one more sign takes the long way."""
    short, long = parse_query(text), parse_query(f"{text} -zebra")
    assert (short.clauses, short.notices) == (long.clauses, long.notices)
    assert short.sequence == long.sequence[:-1]
