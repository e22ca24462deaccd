"""What every engine must give, as `indexer/engines/base.py` says it. A line in the table of engines runs all of this.

What is expected is worked out from the articles with `analysis.analyse` alone.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from corpora import random_articles

from indexer.analysis import LONGEST_TERM, analyse, sentence_starts
from indexer.engines import ENGINES, open_engine
from indexer.engines.base import Engine, Marks, find_spans
from indexer.errors import IndexDamagedError
from indexer.generations import Generation
from indexer.kernel.arrays import LAST_SENTENCE
from indexer.model import Article, Assignment, Citation
from indexer.schema import ANALYSED, FACETS, FIELDS, SCORED, field_text

FIELD = {field.name: field for field in FIELDS}
FILES_OF_PROCESS = Path("/proc/self/fd")

GRIEF_TWICE = (Assignment("grief", "page"), Assignment("grief", "rules"))
ODD = [
    Article("b-newest", "beta", "2021-04", 2021, summary=("One two one.", "Two three."), implications=("Three one.",)),
    Article("a-newest", "Alpha alpha", "2021-04", 2021, topics=GRIEF_TWICE),
    Article("c-old", "ALPHA", "2013-01", 2013, topics=(Assignment("alliance", "rules"), Assignment("grief", "rules"))),
    Article("y-undated", "Without a month", summary=("One.",), research_type=Assignment("meta-analysis", "rules")),
    Article("b-undated", "", summary=("Only a text, of year", "2013.")),
    Article("a-empty", "…", "2018-03", 2018),
    Article(
        "unicode",
        "Ψυχοθεραπεία αγωγή, İstanbul straße Alliance 𠮷野家 e\u0301te\u0301 ﾞ שָׁלוֹם",
        "2018-03",
        2018,
        summary=("👍🏽 Flückiger’s naïve client`s “résumé” and O'Brien's 5-HT: r = .278, 10,000 ½ m² 2017–2018.",),
    ),
    Article(
        "long-words",
        "x" * 5_000,
        "2018-03",
        2018,
        summary=("word " * 3_000, "𝔸" * 200, "see https://example.org/" + "a-" * 300),
        implications=("é" * 100 + " " + "E" * 100,),
    ),
    Article(
        "cited",
        "Cited",
        "2018-04",
        2018,
        citation=Citation(
            "Flückiger, C., Del Re, A. C. (2018). The alliance. Psychotherapy Research, 55(4), 316. doi:10.1037/pst17",
            authors=("Flückiger, C.", "Del Re, A. C."),
            journal="Psychotherapy Research",
        ),
        email="Author email: c.flueckiger@example.org",
    ),
]  # fmt: skip
IN_ORDER = [
    "a-newest", "b-newest", "cited", "a-empty", "long-words", "unicode", "c-old", "b-undated", "y-undated"
]  # fmt: skip

CORPORA = {
    "odd": ODD,
    "one": [Article("only", "The only one", "2018-03", 2018)],
    "bare": [Article("bare", "")],  # nothing in any field
    "65": random_articles(65, 65),
    "130": random_articles(130, 130),
}


@dataclass(frozen=True)
class Case:
    """An engine over a corpus, and the corpus in the engine's order."""

    engine: Engine
    articles: list[Article]

    def places(self, field: str) -> dict[str, dict[int, list[int]]]:
        """Term -> ordinal -> where it stands; for a facet, place 0."""
        found: dict[str, dict[int, list[int]]] = {}
        for ordinal, article in enumerate(self.articles):
            for term, place in tokens(article, field):
                found.setdefault(term, {}).setdefault(ordinal, []).append(place)
        return found


def tokens(article: Article, field: str) -> list[tuple[str, int]]:
    analyzer = FIELD[field].analyzer
    if analyzer is None:
        return [(value, 0) for value in FIELD[field].values(article)]
    found = analyse(field_text(FIELD[field], article), analyzer)
    return list(zip(found.terms, found.positions, strict=True))


@pytest.fixture(scope="session")
def generations(build: Callable[[Sequence[Article]], Generation]) -> dict[str, Generation]:
    return {name: build(articles) for name, articles in CORPORA.items()}


@pytest.fixture(scope="session", params=[(engine, corpus) for engine in ENGINES for corpus in CORPORA], ids="-".join)
def case(request: pytest.FixtureRequest, generations: dict[str, Generation]) -> Iterator[Case]:
    name, corpus = request.param
    engine = open_engine(name, generations[corpus].folder)
    by_id = {article.id: article for article in CORPORA[corpus]}
    yield Case(engine, [by_id[doc_id] for doc_id in engine.doc_ids])
    engine.close()


@pytest.fixture(params=ENGINES)
def odd(request: pytest.FixtureRequest, generations: dict[str, Generation]) -> Iterator[Engine]:
    """An engine over the odd articles."""
    engine = open_engine(request.param, generations["odd"].folder)
    yield engine
    engine.close()


# --- documents --------------------------------------------------------------------------------------------------------


def test_ordinals_are_newest_month_first_then_by_id_and_without_month_last(odd: Engine) -> None:
    assert list(odd.doc_ids) == IN_ORDER


def test_every_article_has_one_ordinal_and_its_month(case: Case) -> None:
    assert sorted(case.engine.doc_ids) == sorted(article.id for article in case.articles)
    assert list(case.engine.months) == [article.month for article in case.articles]


def test_the_engine_bears_the_name_of_its_line_in_the_table(case: Case) -> None:
    assert case.engine.name in ENGINES


# --- terms and postings -----------------------------------------------------------------------------------------------


def test_the_lexicon_of_a_field_is_what_its_documents_hold_ascending_by_code_point(case: Case) -> None:
    for field in FIELD:
        assert list(case.engine.terms(field)) == sorted(case.places(field)), field


def test_postings_name_the_documents_ascending_and_count_exactly(case: Case) -> None:
    for field in FIELD:
        for term, places in case.places(field).items():
            postings = case.engine.postings(field, term)
            assert postings.docs.dtype == postings.frequencies.dtype == np.int32
            found = list(zip(postings.docs.tolist(), postings.frequencies.tolist(), strict=True))
            assert found == [(doc, len(places[doc])) for doc in sorted(places)], (field, term)


def test_positions_say_where_each_occurrence_stands(case: Case) -> None:
    for field in ANALYSED:
        for term, places in case.places(field).items():
            positions = case.engine.positions(field, term)
            assert positions.docs.dtype == positions.offsets.dtype == positions.places.dtype == np.int32
            assert positions.docs.tolist() == sorted(places)
            assert positions.offsets[0] == 0 and len(positions.offsets) == len(places) + 1
            parts = np.split(positions.places, positions.offsets[1:-1])
            assert [part.tolist() for part in parts] == [places[doc] for doc in sorted(places)], (field, term)


def test_positions_agree_with_postings(case: Case) -> None:
    for field in ANALYSED:
        for term in case.engine.terms(field):
            postings, positions = case.engine.postings(field, term), case.engine.positions(field, term)
            assert postings.docs.tolist() == positions.docs.tolist()
            assert postings.frequencies.tolist() == np.diff(positions.offsets).tolist()


@pytest.mark.parametrize("term", ["unheard", "", " ", "\0", "Alpha", "alpha ", "𝔸", "a" * 100_000, "zzzz"])
def test_an_unknown_term_has_no_postings_and_no_positions(odd: Engine, term: str) -> None:
    for field in FIELD:
        assert not term or term not in odd.terms(field)
        postings = odd.postings(field, term)
        if term:
            assert (len(postings.docs), len(postings.frequencies)) == (0, 0), field
    for field in ANALYSED:
        positions = odd.positions(field, term)
        if term:
            assert (len(positions.docs), len(positions.places), positions.offsets.tolist()) == (0, 0, [0])


def test_a_term_of_one_field_is_not_found_in_another(odd: Engine) -> None:
    assert odd.postings("title", "cite").docs.tolist() == [2]
    assert odd.postings("summary", "cite").docs.tolist() == []
    # "2013" is a year facet of one document and a word in the summary of another
    assert odd.postings("year", "2013").docs.tolist() == [IN_ORDER.index("c-old")]
    assert odd.postings("summary", "2013").docs.tolist() == [IN_ORDER.index("b-undated")]


def test_a_facet_value_counts_once_however_often_it_was_assigned(odd: Engine) -> None:
    assert list(odd.terms("topic")) == ["alliance", "grief"]
    grief = odd.postings("topic", "grief")
    assert grief.docs.tolist() == [IN_ORDER.index("a-newest"), IN_ORDER.index("c-old")]
    assert grief.frequencies.tolist() == [1, 1]


def test_a_word_of_any_script_and_length_is_found(odd: Engine) -> None:
    unicode, long_words = IN_ORDER.index("unicode"), IN_ORDER.index("long-words")
    for word in ("ψυχοθεραπεια", "istanbul", "strass", "allianc", "𠮷野家", "ete"):
        assert odd.postings("title", word).docs.tolist() == [unicode], word
    assert odd.postings("title", "x" * LONGEST_TERM).docs.tolist() == [long_words]
    assert odd.postings("summary", "word").frequencies.tolist() == [3_000]
    assert odd.positions("summary", "word").places[-1] == 2_999


def test_places_on_two_sides_of_a_paragraph_break_differ_by_two(odd: Engine) -> None:
    # b-newest: "One two one.", "Two three." -> one 0, two 1, one 2, (break 3), two 4, three 5
    doc = IN_ORDER.index("b-newest")
    for term, places in {"one": [0, 2], "two": [1, 4], "three": [5]}.items():
        positions = odd.positions("summary", term)
        at = positions.docs.tolist().index(doc)
        assert positions.places[positions.offsets[at] : positions.offsets[at + 1]].tolist() == places


def test_names_are_not_stemmed(odd: Engine) -> None:
    assert list(odd.terms("author")) == ["a", "c", "del", "fluckiger", "re"]
    assert list(odd.terms("journal")) == ["psychotherapy", "research"]


# --- lengths, texts, orders -------------------------------------------------------------------------------------------


def test_lengths_are_exact_and_zero_where_a_field_is_empty(case: Case) -> None:
    for field in ANALYSED:
        lengths = case.engine.lengths(field)
        assert lengths.dtype == np.int32
        assert lengths.tolist() == [len(tokens(article, field)) for article in case.articles], field


def test_a_length_beyond_a_byte_is_not_rounded(odd: Engine) -> None:
    # 3,000 words, one astral one, then "see https example org" and 300 times "a"
    assert odd.lengths("summary")[IN_ORDER.index("long-words")] == 3_000 + 1 + 4 + 300


def test_texts_come_back_as_they_went_in(case: Case) -> None:
    for field in SCORED:
        for doc, article in enumerate(case.articles):
            assert case.engine.text(doc, field) == field_text(FIELD[field], article)


def test_sentences_begin_where_the_analysis_says(case: Case) -> None:
    for field in SCORED:
        for doc, article in enumerate(case.articles):
            assert list(case.engine.sentences(doc, field)) == sentence_starts(field_text(FIELD[field], article))


Row = tuple[int, int, int, int, int, int]  # document, field, sentence, start, end, mark

MARKS: list[dict[tuple[str, ...], int]] = [
    {},
    {("one",): 0, ("two", "one"): 1, ("three",): 2},
    {("grief",): 0, ("therapi", "grief"): 1, ("onlin",): 2, ("the",): 3, ("self", "help"): 4, ("grief", "the"): 5},
    {("unheard",): 0, ("word", "word", "word"): 1, ("x" * LONGEST_TERM,): 2, ("𠮷野家",): 3, ("resum",): 4},
]


def rows(engine: Engine, docs: Sequence[int], marks: Mapping[str, Marks]) -> list[Row]:
    found = engine.occurrences(docs, marks)
    return [
        (section >> 16, section >> 14 & 3, section & LAST_SENTENCE, start, end, clause)
        for section, start, end, clause in zip(found.sections, found.starts, found.ends, found.clauses, strict=True)
    ]


def expected_rows(texts: list[list[str]], marks: list[Marks]) -> list[Row]:
    """The same from texts, by document and field, one text at a time."""
    return [
        (doc, field, sum(begin <= start for begin in sentence_starts(text)) - 1, start, end, clause)
        for doc, fields in enumerate(texts)
        for field, text in enumerate(fields)
        for start, end, clause in find_spans(text, marks[field])
    ]


@pytest.mark.parametrize("marks", MARKS)
def test_occurrences_are_those_of_the_reference_in_every_field(case: Case, marks: dict[tuple[str, ...], int]) -> None:
    texts = [[field_text(FIELD[field], article) for field in SCORED] for article in case.articles]
    found = rows(case.engine, range(len(texts)), dict.fromkeys(SCORED, marks))
    assert found == expected_rows(texts, [marks] * len(SCORED))


@pytest.mark.parametrize("fields", [("summary",), ("title", "implications"), SCORED[:3], ("citation",), ()])
def test_occurrences_number_documents_as_they_were_asked_for_and_leave_out_other_fields(
    case: Case, fields: tuple[str, ...]
) -> None:
    asked = [doc for doc in (3, 0, 17, 1, 64, 100) if doc < len(case.articles)]
    texts = [[field_text(FIELD[field], case.articles[doc]) for field in SCORED] for doc in asked]
    for marks in MARKS:
        found = rows(case.engine, asked, dict.fromkeys(fields, marks))
        assert found == expected_rows(texts, [marks if field in fields else {} for field in SCORED])


def test_each_field_is_marked_by_its_own_marks(case: Case) -> None:
    marks: dict[str, Marks] = {
        "summary": {("one",): 1, ("grief",): 2, ("onlin", "therapi"): 3},
        "title": {("one",): 0, ("onlin",): 4, ("therapi",): 5},
    }
    texts = [[field_text(FIELD[field], article) for field in SCORED] for article in case.articles]
    by_field = [marks.get(field, {}) for field in SCORED]
    assert rows(case.engine, range(len(texts)), marks) == expected_rows(texts, by_field)


def test_for_no_document_or_no_mark_there_is_no_occurrence(odd: Engine) -> None:
    assert rows(odd, [], {"title": {("alpha",): 0}}) == []
    assert rows(odd, [0, 1], {}) == []
    assert rows(odd, [0, 1], {"title": {}}) == []
    assert rows(odd, [0, 1], {"author": {("alpha",): 0}}) == []


def test_places_in_a_text_are_characters_also_after_an_emoji(odd: Engine) -> None:
    doc = IN_ORDER.index("unicode")
    ((_, _, sentence, start, end, clause),) = rows(odd, [doc], {"summary": {("resum",): 7}})
    assert (odd.text(doc, "summary")[start:end], sentence, clause) == ("résumé", 0, 7)


def test_a_mark_of_several_words_reaches_across_no_paragraph_field_or_document(odd: Engine) -> None:
    # b-newest: title "beta", summary "One two one.", "Two three.", implications "Three one."
    pairs: Marks = {
        ("one", "two"): 0, ("three", "three"): 1, ("beta", "one"): 2, ("alpha", "beta"): 3, ("one", "cite"): 4
    }  # fmt: skip
    found = rows(odd, range(len(IN_ORDER)), dict.fromkeys(SCORED, pairs))
    assert found == [(IN_ORDER.index("b-newest"), SCORED.index("summary"), 0, 0, 7, 0)]


def test_of_overlapping_marks_the_first_and_of_two_that_begin_together_the_longer_is_taken(odd: Engine) -> None:
    marks: Marks = {("one",): 0, ("one", "two"): 1, ("two", "one"): 2, ("two",): 3}
    found = rows(odd, [IN_ORDER.index("b-newest")], {"summary": marks})
    # "One two" "one" | "Two": sentence, start, end, clause
    assert [row[2:] for row in found] == [(0, 0, 7, 1), (0, 8, 11, 0), (1, 14, 17, 3)]


def test_sorted_by_title_without_case_then_by_ordinal(odd: Engine) -> None:
    ranked = sorted(IN_ORDER, key=lambda doc_id: odd.sort_ranks("title")[IN_ORDER.index(doc_id)])
    # "", "ALPHA", "Alpha alpha", "beta", "Cited", "Without a month", "xxx…", then "…" (U+2026), then Greek
    assert ranked == [
        "b-undated", "c-old", "a-newest", "b-newest", "cited", "y-undated", "long-words", "unicode", "a-empty"
    ]  # fmt: skip


def test_sorted_oldest_first_those_without_month_stay_last(odd: Engine) -> None:
    ranked = sorted(IN_ORDER, key=lambda doc_id: odd.sort_ranks("oldest")[IN_ORDER.index(doc_id)])
    assert ranked == [
        "c-old", "a-empty", "long-words", "unicode", "cited", "a-newest", "b-newest", "b-undated", "y-undated"
    ]  # fmt: skip


@pytest.mark.parametrize("order", ["oldest", "title"])
def test_an_order_gives_each_document_a_place_of_its_own(case: Case, order: str) -> None:
    ranks = case.engine.sort_ranks(order)
    assert sorted(ranks.tolist()) == list(range(len(case.articles)))


# --- threads, closing, damage -----------------------------------------------------------------------------------------


def everything(engine: Engine) -> list[object]:
    """All that an engine knows of the odd articles' two longest fields and one facet, comparable with ==."""
    known: list[object] = [list(engine.doc_ids), list(engine.months), engine.sort_ranks("title").tolist()]
    for field in ("title", "summary", FACETS[0]):
        for term in engine.terms(field):
            postings = engine.postings(field, term)
            known.append((field, term, postings.docs.tolist(), postings.frequencies.tolist()))
            if field in ANALYSED:
                positions = engine.positions(field, term)
                known.append((positions.offsets.tolist(), positions.places.tolist()))
        if field in ANALYSED:
            known.append(engine.lengths(field).tolist())
            documents = range(len(engine.doc_ids))
            known += [(engine.text(doc, field), list(engine.sentences(doc, field))) for doc in documents]
            known.append(rows(engine, documents, {field: {("one",): 0, ("allianc",): 1}}))
    return known


def test_eight_threads_at_once_get_right_answers(odd: Engine) -> None:
    expected = everything(odd)
    ready = threading.Barrier(8)

    def work(_: int) -> list[object]:
        ready.wait(timeout=10)
        return [everything(odd) for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(work, range(8)):
            assert answers == [expected] * 5


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.skipif(not FILES_OF_PROCESS.is_dir(), reason="this system does not list a process's open files")
def test_closing_and_letting_go_gives_all_files_back(
    name: str, build: Callable[[Sequence[Article]], Generation]
) -> None:
    folder = build(CORPORA["130"]).folder

    def held() -> list[str]:
        links = [str(path.readlink()) for path in FILES_OF_PROCESS.iterdir() if path.is_symlink()]
        maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
        return [line for line in links + maps if str(folder) in line]

    engine = open_engine(name, folder)
    assert engine.postings("summary", "grief").docs.size
    engine.close()
    del engine
    gc.collect()
    assert held() == []


@pytest.mark.parametrize("name", ENGINES)
def test_two_engines_over_one_folder_do_not_disturb_each_other(name: str, generations: dict[str, Generation]) -> None:
    first, second = (open_engine(name, generations["odd"].folder) for _ in range(2))
    first.close()
    assert second.postings("title", "beta").docs.tolist() == [1]
    second.close()


@pytest.mark.parametrize("name", ENGINES)
def test_a_folder_without_an_index_is_reported_as_damaged(name: str, tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError):
        open_engine(name, tmp_path)
