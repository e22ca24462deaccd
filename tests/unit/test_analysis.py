"""Text -> tokens, on the forms that the blog's pages hold; and where sentences begin in its uneven punctuation."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import LONGEST_TERM, analyse, fold, sentence_starts, stem

anything = st.text(st.characters(exclude_categories=()), max_size=120)
PROPERTY = settings(max_examples=200, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Flückiger", "fluckiger"),
        ("FLU\u0308CKIGER", "fluckiger"),  # the accent as a character of its own
        ("naïve", "naive"),
        ("Lønstrup", "lonstrup"),
        ("Łukasz", "lukasz"),
        ("Straße", "strasse"),
        ("Œuvre", "oeuvre"),
        ("İstanbul", "istanbul"),
        ("client's", "client"),
        ("client’s", "client"),
        ("client`s", "client"),
        ("Flückiger’s", "fluckiger"),
        ("O’Brien", "obrien"),
        ("don't", "dont"),
        ("rock'n'roll", "rocknroll"),
        ("s's", "s"),
        ("m²", "m2"),
        ("Ｗｉｄｅ", "wide"),
        ("Σίσυφος", "σισυφοσ"),
        ("x" * 100, "x" * LONGEST_TERM),
    ],
)
def test_a_word_is_folded(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_a_letter_like_symbol_is_folded_to_its_small_letter() -> None:
    assert fold("𝔸lliance") == "alliance"


@pytest.mark.parametrize(
    ("typed", "indexed"),
    [
        ("therapists", "therapist"),
        ("Therapist’s", "therapist"),
        ("alliances", "alliance"),
        ("associated", "association"),  # Whoosh's own Porter keeps these two apart
        ("Naïve", "naive"),
        ("psychotherapies", "psychotherapy"),
        ("outcomes", "outcome"),
    ],
)
def test_two_forms_of_a_word_are_one_term(typed: str, indexed: str) -> None:
    assert stem(typed) == stem(indexed)


@pytest.mark.parametrize(
    ("one", "other"), [("therapist", "therapy"), ("patient", "patience"), ("2017", "2018"), ("CBT", "DBT")]
)
def test_two_words_that_differ_in_meaning_are_two_terms(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The alliance–outcome link", ["the", "alliance", "outcome", "link"]),
        ("meta-analysis, e-mail; self_help", ["meta", "analysis", "e", "mail", "self", "help"]),
        ("r = .278 (95% CI: .256, .299), g=0.58", ["r", "278", "95", "ci", "256", "299", "g", "0", "58"]),
        ("https://doi.org/10.1037/pst0000172.", ["https", "doi", "org", "10", "1037", "pst0000172"]),
        ("processes.Relational theory", ["processes", "relational", "theory"]),
        ("the clients' 'own' words", ["the", "clients", "own", "words"]),
        ("Kline, . . . & Leszcz, M.", ["kline", "leszcz", "m"]),
        ("c.flueckiger@psychologie.uzh.ch", ["c", "flueckiger", "psychologie", "uzh", "ch"]),
        ("e\u0301te\u0301", ["ete"]),
        ("", []),
        (" .,-–—'’\"“”()[]…\n\n", []),
        ("𠮷野家 Ψυχή שלום", ["𠮷野家", "ψυχη", "שלום"]),
        ("👍🏽", []),
    ],
)
def test_a_text_is_parted_into_words(text: str, terms: list[str]) -> None:
    assert analyse(text, "names").terms == terms


def test_no_word_is_dropped_from_the_index_and_positions_count_on() -> None:
    tokens = analyse("To be, or not to be")
    assert tokens.terms == ["to", "be", "or", "not", "to", "be"]
    assert tokens.positions == [0, 1, 2, 3, 4, 5]


def test_the_places_of_a_word_include_its_apostrophe_but_not_its_quotes() -> None:
    text = "A “client`s” naïve view"
    tokens = analyse(text)
    found = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert found == ["A", "client`s", "naïve", "view"]


def test_a_paragraph_break_takes_a_position_so_that_no_phrase_reaches_across() -> None:
    #                0   1            (2)  3     4
    assert analyse("one two.\n\nthree four").positions == [0, 1, 3, 4]


def test_a_single_line_break_takes_none() -> None:
    assert analyse("one\ntwo").positions == [0, 1]


@PROPERTY
@given(anything)
def test_tokens_of_any_text_are_in_order_and_stand_where_they_say(text: str) -> None:
    for analyzer in ("english", "names"):
        tokens = analyse(text, analyzer)
        assert len(tokens) == len(tokens.terms) == len(tokens.positions) == len(tokens.starts) == len(tokens.ends)
        assert all(tokens.terms)
        assert all(len(term.encode()) <= 4 * LONGEST_TERM for term in tokens.terms)
        assert all(a < b for a, b in pairwise(tokens.positions))
        assert all(a < b for a, b in zip(tokens.starts, tokens.ends, strict=True))
        assert all(a <= b for a, b in zip(tokens.ends, tokens.starts[1:], strict=False))
        assert not tokens.ends or tokens.ends[-1] <= len(text)


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentences",
    [
        ["One. ", "Two? ", "Three! ", "Four"],
        ["He said “so.” ", "Then left."],
        ["It works (much). ", "(Or not.) ", "“Yes.”"],
        ["Is it unconscious processes.", "Relational theory says so."],  # the blog's missing blank
        ["Patients, e.g. Those who left, i.e. The rest, came back. ", "Then left."],
        ["Flückiger et al. Found it. ", "So did Dr. Tasca and Mr. Smith vs. Prof. Jones."],
        ["Written by G. A. Tasca and J. D. Smith. ", "Read it."],
        ["The effect was r = .278 (95% CI: .256, .299), g=0.58. ", "It held (p < .05). ", "90% stayed."],
        ["See pp. 10-20 and vol. 3 of it. ", "2017 was better."],
        ["Visit example.org now. ", "Done."],
        ["One paragraph without a full stop\n\n", "Another one.\n\n", "a third in small letters"],
        ["Nothing ends here"],
        ["Ends here. "],
        [],
    ],
)
def test_sentences_begin_where_a_reader_would_say(sentences: list[str]) -> None:
    starts = [sum(map(len, sentences[:i])) for i in range(len(sentences))]
    assert sentence_starts("".join(sentences)) == starts


def test_a_paragraph_break_ends_a_sentence_also_after_an_abbreviation() -> None:
    assert sentence_starts("As shown by Smith et al.\n\nThe alliance matters.") == [0, 26]


def test_a_sentence_may_begin_with_an_accented_capital() -> None:
    assert sentence_starts("It works. Émotions count.") == [0, 10]


@PROPERTY
@given(st.one_of(anything, st.lists(st.sampled_from(["a", "B", ".", " ", "\n\n", "”", "?", "al"])).map("".join)))
def test_sentences_of_any_text_begin_at_its_beginning_and_ascend_within_it(text: str) -> None:
    starts = sentence_starts(text)
    assert starts[:1] == ([0] if text else [])
    assert all(a < b for a, b in pairwise(starts))
    assert all(start < len(text) for start in starts)
