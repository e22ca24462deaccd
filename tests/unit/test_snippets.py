"""Which sentence is shown under a hit, where it is cut, and that marks and text are never lost."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import sentence_starts
from indexer.engines.base import Marks, Occurrences, find_spans
from indexer.kernel.arrays import SECTION_BITS, SENTENCE_BITS
from indexer.model import Fragment, MarkedText, Snippet
from indexer.query import parse_query
from indexer.schema import SCORED
from indexer.snippets import LEAD_CHARS, MAX_CHARS, Extractor, find_marks, mark
from indexer.synonyms import Expansion, Synonyms

FILLER = "The study of many people over long years went on in several places at once. "  # 76 characters


class Texts:
    """As much of an engine as snippets need, over one digest that is given as text by field."""

    def __init__(self, **texts: str) -> None:
        self.by_field = texts

    def text(self, doc: int, field: str) -> str:
        return self.by_field.get(field, "")

    def sentences(self, doc: int, field: str) -> list[int]:
        return sentence_starts(self.text(doc, field))

    def occurrences(self, docs: Sequence[int], marks: Mapping[str, Marks]) -> Occurrences:
        rows = [
            (section + bisect_right(self.sentences(doc, field), start) - 1, start, end, clause)
            for place, doc in enumerate(docs)
            for number, field in enumerate(SCORED)
            for section in [(place << SECTION_BITS) + (number << SENTENCE_BITS)]
            for start, end, clause in find_spans(self.text(doc, field), marks.get(field, {}))
        ]
        return Occurrences(*[[row[column] for row in rows] for column in range(4)])


def extract(words: str, summary: str = "", implications: str = "", title: str = "") -> tuple[MarkedText, Snippet]:
    engine: Any = Texts(title=title, summary=summary, implications=implications)
    ((marked_title, snippet),) = Extractor(engine).extracts([0], parse_query(words))
    return marked_title, snippet


def snippet_of(words: str, summary: str = "", implications: str = "") -> Snippet:
    return extract(words, summary, implications)[1]


def marked(snippet: Snippet) -> list[str]:
    return [fragment.text for fragment in snippet if fragment.marked]


# --- which sentence ---------------------------------------------------------------------------------------------------


def test_the_sentence_with_words_of_the_most_clauses_is_shown_first() -> None:
    text = f"Grief, grief, grief. {FILLER * 3}Grief after therapy. {FILLER * 3}"
    snippet = snippet_of("grief therapy", text)
    assert snippet.text.startswith("Grief after therapy.")
    assert marked(snippet) == ["Grief", "therapy"]


def test_of_sentences_with_as_many_clauses_the_one_with_more_of_the_words_wins_then_the_first() -> None:
    far = FILLER * 4
    assert snippet_of("grief", f"Grief one. {far}Grief two, grief.").text == "Grief two, grief."
    assert snippet_of("grief", f"Grief one. {far}Grief two.").text.startswith("Grief one.")


def test_an_earlier_part_wins_over_an_equal_later_one_but_not_over_a_better_one() -> None:
    summary, implications = "About grief.", "Therapists of grief."
    assert snippet_of("grief", summary, implications).text == summary
    assert snippet_of("grief therapist", summary, implications).text == implications


def test_without_any_word_the_first_text_begins_the_snippet() -> None:
    assert snippet_of("grief", "", "Some text. More.").text == "Some text. More."
    assert (
        snippet_of("grief", "Some text.", "Other.").text == snippet_of("", "Some text.", "Other.").text == "Some text."
    )


def test_without_any_text_the_snippet_is_empty() -> None:
    assert snippet_of("grief") == snippet_of("") == Snippet()


# --- how much of it ---------------------------------------------------------------------------------------------------


def test_whole_sentences_follow_while_they_fit() -> None:
    text = FILLER * 5
    assert snippet_of("", text) == Snippet((FILLER * 3).strip())  # 3 x 76 = 228, a fourth is over
    assert len(FILLER) * 3 <= MAX_CHARS < len(FILLER) * 4


def test_a_snippet_does_not_reach_into_the_next_paragraph() -> None:
    assert snippet_of("", "One sentence.\n\nAnother paragraph.").text == "One sentence."
    assert snippet_of("grief", "One sentence.\n\nThe grief paragraph.").text == "The grief paragraph."


def test_a_sentence_of_exactly_the_most_characters_is_whole_and_one_more_is_cut_at_a_word() -> None:
    whole = "word " * 47 + "final"  # 47 x 5 + 5 = 240
    assert snippet_of("", whole) == Snippet(whole)
    longer = snippet_of("", whole + "s")
    assert longer == Snippet(("word " * 47).strip(), cut_before=False, cut_after=True)


def test_a_long_sentence_is_cut_around_its_first_marked_word() -> None:
    text = "before " * 60 + "grief " + "after " * 60 + "end."
    snippet = snippet_of("grief", text)
    assert (snippet.cut_before, snippet.cut_after) == (True, True)
    assert len(snippet.text) <= MAX_CHARS
    # the 60 characters before the word begin within a "before", which is left out: 8 whole ones are 56
    assert snippet.text.startswith("before " * 8 + "grief after ")
    assert LEAD_CHARS == 60


def test_a_word_near_the_beginning_leaves_the_beginning_in_place() -> None:
    snippet = snippet_of("grief", "A little grief " + "goes " * 80 + "on.")
    assert snippet.text.startswith("A little grief goes")
    assert (snippet.cut_before, snippet.cut_after) == (False, True)


def test_a_word_near_the_end_of_a_long_sentence_is_shown_with_the_end() -> None:
    snippet = snippet_of("grief", "going " * 80 + "on with grief at last.")
    assert snippet.text.endswith("on with grief at last.")
    assert (snippet.cut_before, snippet.cut_after) == (True, False)


def test_a_cut_sentence_does_not_take_the_following_one_along() -> None:
    snippet = snippet_of("", "word " * 60 + "end. Next.")
    assert snippet.text.endswith("word") and snippet.cut_after


def test_a_sentence_without_blanks_is_cut_rather_than_lost() -> None:
    text = "Look here. Https://example.org/" + "a" * 300
    snippet = snippet_of("example", text)
    assert marked(snippet) == ["example"]


def test_a_marked_word_deep_in_a_long_run_is_still_shown() -> None:
    text = "word " * 45 + "https://example.org/" + "path-" * 14 + "grief-" + "tail " * 30
    snippet = snippet_of("grief", text)
    assert marked(snippet) == ["grief"]


# --- marks ------------------------------------------------------------------------------------------------------------


def test_what_is_marked_is_the_word_as_printed_with_its_accents_and_apostrophe() -> None:
    snippet = snippet_of("fluckiger client", "Flückiger’s naïve “client`s” view.")
    assert tuple(snippet) == (
        Fragment("Flückiger’s", marked=True),
        Fragment(" naïve “"),
        Fragment("client`s", marked=True),
        Fragment("” view."),
    )


def test_a_phrase_is_one_mark_and_its_words_alone_are_none() -> None:
    snippet = snippet_of('"working alliance"', "The working of a working alliance.")
    assert marked(snippet) == ["working alliance"]


def test_a_title_is_shown_whole_and_marked_by_its_own_words() -> None:
    title, snippet = extract("title:loss alliance", "A loss. Another.", title="Alliance and loss?")
    assert tuple(title) == (
        Fragment("Alliance", marked=True),
        Fragment(" and "),
        Fragment("loss", marked=True),
        Fragment("?"),
    )
    assert snippet == Snippet("A loss. Another.")


def test_a_whole_text_is_marked_without_loss() -> None:
    text = "Alliance and the alliance?"
    fragments = tuple(mark(text, find_spans(text, {("allianc",): 0})))
    assert [(fragment.text, fragment.marked) for fragment in fragments] == [
        ("Alliance", True), (" and the ", False), ("alliance", True), ("?", False)
    ]  # fmt: skip
    assert tuple(mark("No word", ())) == (Fragment("No word"),)
    assert tuple(mark("", ())) == ()


def test_marks_follow_the_query_by_field_with_alternatives_and_synonyms() -> None:
    synonyms = Synonyms({("video",): (Expansion(("onlin",), "online", 0.5),)})
    query = synonyms.expand(parse_query('video OR tele "grief work" title:loss author:Tasca -dropped video'), 1.0)
    marks = find_marks(query)
    words = {("video",): 0, ("tele",): 0, ("grief", "work"): 2}
    single = {("video",): 8, ("onlin",): 9}
    assert marks["summary"] == marks["implications"] == {**words, **{k: v for k, v in single.items() if k not in words}}
    assert marks["title"] == {**marks["summary"], ("loss",): 4}
    assert marks["author"] == {("tasca",): 6}


# --- any text ---------------------------------------------------------------------------------------------------------

words = st.sampled_from(["grief", "therapy", "Grief’s", "the", "A", "x" * 30, "Flückiger", "e.g", "(sic)", "therapies"])
gaps = st.sampled_from([" ", " ", " ", " ", ". ", "? ", ", ", ".\n\n", "\n\n", ".", " – "])
texts = st.lists(st.tuples(words, gaps).map("".join), max_size=120).map("".join)
PROPERTY = settings(max_examples=200, deadline=None, derandomize=True)


@PROPERTY
@given(texts, texts)
def test_a_snippet_is_a_piece_of_a_text_and_marks_all_its_words(summary: str, implications: str) -> None:
    snippet = snippet_of('grief "therapy grief"', summary, implications)
    wanted: Marks = {("grief",): 0, ("therapi", "grief"): 1}
    assert len(snippet.text) <= MAX_CHARS
    assert snippet.text == snippet.text.strip()
    assert snippet.text in summary or snippet.text in implications
    assert snippet.text or not (summary + implications).strip()
    assert "".join(fragment.text for fragment in snippet) == snippet.text
    assert all(fragment.text for fragment in snippet)
    if find_spans(summary, wanted) or find_spans(implications, wanted):
        assert marked(snippet)
    assert marked(snippet) == [snippet.text[start:end] for start, end, _ in find_spans(snippet.text, wanted)]


@PROPERTY
@given(st.text(max_size=400))
def test_the_fragments_of_a_marked_text_joined_are_the_text(text: str) -> None:
    spans = find_spans(text, {("a",): 0, ("b",): 1, ("a", "b"): 2})
    fragments = tuple(mark(text, spans))
    assert "".join(fragment.text for fragment in fragments) == text
    assert sum(fragment.marked for fragment in fragments) == len(spans)
