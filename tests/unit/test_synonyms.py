"""Synonyms: what a table may say, and what is added to which clause at what weight."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import ConfigError
from indexer.query import Query, parse_query
from indexer.schema import SCORED
from indexer.synonyms import Expansion, Synonyms, read_synonyms

TABLE = """
[[synonym]]
both = ["video", "online", "remote"]
weight = 0.5
reason = "one way to meet"

[[synonym]]
from = ["CBT"]
to = ["cognitive behavioral therapy"]
weight = 1.0
reason = "the abbreviation"

[[synonym]]
from = ["working alliance", "bond"]
to = ["therapeutic relationship"]
weight = 0.8
reason = "one concept"

[[synonym]]
from = ["alliance"]
to = ["bond"]
weight = 0.4
reason = "less exactly the same"
"""


@pytest.fixture
def synonyms(tmp_path: Path) -> Synonyms:
    return read(tmp_path, TABLE)


def read(folder: Path, text: str) -> Synonyms:
    path = folder / "synonyms.toml"
    path.write_text(text, encoding="utf-8")
    return read_synonyms(path)


def added(query: Query) -> list[list[tuple[str, float]]]:
    """For each clause what was added: (terms joined by blanks, weight)."""
    return [[(" ".join(s.terms), round(s.weight, 6)) for s in clause.synonyms] for clause in query.clauses]


# --- the table --------------------------------------------------------------------------------------------------------


def test_both_means_each_for_each_other_and_from_to_one_way_only(synonyms: Synonyms) -> None:
    assert synonyms.by_phrase[("onlin",)] == (Expansion(("video",), "video", 0.5), Expansion(("remot",), "remote", 0.5))
    assert synonyms.by_phrase[("cbt",)] == (
        Expansion(("cognit", "behavior", "therapi"), "cognitive behavioral therapy", 1.0),
    )
    assert ("cognit", "behavior", "therapi") not in synonyms.by_phrase


def test_of_two_entries_for_the_same_pair_the_heavier_holds(tmp_path: Path) -> None:
    entry = '[[synonym]]\nfrom = ["a"]\nto = ["b"]\nweight = {}\nreason = "r"\n'
    for weights in ((0.3, 0.7), (0.7, 0.3)):
        found = read(tmp_path, "".join(entry.format(weight) for weight in weights))
        assert found.by_phrase == {("a",): (Expansion(("b",), "b", 0.7),)}


def test_an_empty_table_adds_nothing(tmp_path: Path) -> None:
    nothing = read(tmp_path, "# nothing yet\n")
    assert nothing.by_phrase == {}
    query = parse_query("online therapy")
    assert nothing.expand(query, 1.0) == query


ENTRY = '[[synonym]]\nboth = ["a", "b"]\nweight = 0.5\nreason = "r"\n'
FAULTS = {
    "not TOML": ("[[synonym", "cannot be read"),
    "unknown key": (ENTRY + "note = 1\n", "must have the keys"),
    "no weight": ('[[synonym]]\nboth = ["a", "b"]\nreason = "r"\n', "must have the keys"),
    "to without from": ('[[synonym]]\nto = ["a"]\nweight = 0.5\nreason = "r"\n', "must have the keys"),
    "both and from": (ENTRY + 'from = ["c"]\n', "must have the keys"),
    "not a table": ('synonym = ["a"]\n', "must have the keys"),
    "a text for a list": (ENTRY.replace('["a", "b"]', '"ab"'), "lists of texts"),
    "an empty list": (ENTRY.replace('["a", "b"]', "[]"), "lists of texts"),
    "a number in a list": (ENTRY.replace('"b"', "2"), "lists of texts"),
    "weight too high": (ENTRY.replace("0.5", "1.01"), "from 0.05 to 1"),
    "weight too low": (ENTRY.replace("0.5", "0.0"), "from 0.05 to 1"),
    "weight is a text": (ENTRY.replace("0.5", '"much"'), "'much'"),
    "weight is true": (ENTRY.replace("0.5", "true"), "True"),
    "weight is nan": (ENTRY.replace("0.5", "nan"), "nan"),
    "no reason": (ENTRY.replace('"r"', '" "'), "reason"),
    "no word": (ENTRY.replace('"b"', '"?!"'), "'?!' holds no word"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_table_names_the_file_and_the_entry(tmp_path: Path, fault: str) -> None:
    text, expected = FAULTS[fault]
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text)
    assert str(tmp_path / "synonyms.toml") in str(error.value)
    assert expected in str(error.value)
    assert fault == "not TOML" or "entry 1" in str(error.value)


def test_the_second_entry_is_named_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="entry 2"):
        read(tmp_path, ENTRY + ENTRY.replace("0.5", "7"))


@pytest.mark.parametrize("content", ['synonym = "a"\n', "[synonym]\na = 1\n"])
def test_entries_that_are_no_list_are_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, content)


def test_a_number_instead_of_entries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, "synonym = 3\n")


def test_a_misspelt_heading_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, ENTRY.replace("[[synonym]]", "[[synonyms]]"))


def test_a_missing_file_and_one_that_is_not_utf_8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    with pytest.raises(ConfigError, match="cannot be read"):
        read_synonyms(path)
    path.write_bytes("# Flückiger\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_synonyms(path)


# --- expansion --------------------------------------------------------------------------------------------------------


def test_a_plain_word_gets_its_synonyms_at_entry_weight_times_profile_weight(synonyms: Synonyms) -> None:
    query = synonyms.expand(parse_query("videos of grief"), 0.5)
    assert added(query) == [[("onlin", 0.25), ("remot", 0.25)], []]
    assert query.added == ("online", "remote")
    assert query.clauses[0].synonyms[0].fields == SCORED


def test_weight_zero_adds_nothing(synonyms: Synonyms) -> None:
    query = parse_query("video CBT")
    assert synonyms.expand(query, 0.0) == query


def test_the_longest_typed_phrase_wins_and_shares_its_weight_among_its_words(synonyms: Synonyms) -> None:
    query = synonyms.expand(parse_query("working alliance"), 1.0)
    assert added(query) == [[("therapeut relationship", 0.4)], [("therapeut relationship", 0.4)]]
    assert added(synonyms.expand(parse_query("alliance working"), 1.0)) == [[("bond", 0.4)], []]


def test_a_phrase_is_not_found_across_another_word_a_quote_or_an_exclusion(synonyms: Synonyms) -> None:
    for text in ("working the alliance", 'working "x" alliance', "working -x alliance", "working title:x alliance"):
        query = synonyms.expand(parse_query(text), 1.0)
        assert query.added == ("bond",), text


@pytest.mark.parametrize("text", ['"video"', "title:video", "author:video", "grief -video", "video OR tele"])
def test_quoted_prefixed_excluded_and_joined_words_mean_what_they_say(synonyms: Synonyms, text: str) -> None:
    query = synonyms.expand(parse_query(text), 1.0)
    assert not any(added(query))
    assert query.added == ()


def test_a_word_typed_twice_is_expanded_for_its_one_clause(synonyms: Synonyms) -> None:
    query = synonyms.expand(parse_query("cbt CBT"), 1.0)
    assert set(added(query)[0]) == {("cognit behavior therapi", 1.0)}
    assert query.added == ("cognitive behavioral therapy",)


def test_words_typed_beside_each_other_that_are_synonyms_keep_clauses_of_their_own(synonyms: Synonyms) -> None:
    query = synonyms.expand(parse_query("video online"), 1.0)
    assert added(query) == [[("onlin", 0.5), ("remot", 0.5)], [("video", 0.5), ("remot", 0.5)]]
    assert query.words == ("video", "online")
