"""The loops of a search: both forms give what a plain reading of their description gives, to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys
from types import ModuleType
from typing import Any

import compiler
import machine
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from indexer import bitmap, kernel
from indexer.kernel import in_numpy
from indexer.kernel.arrays import LAST_SENTENCE, SECTION_BITS, SENTENCE_BITS, Impact

GAP = 0xFFFFFFFF
SEED = st.integers(0, 2**32 - 1)

try:
    from indexer.kernel import in_c
except ImportError:
    in_c = None  # type: ignore[assignment]


@pytest.fixture
def compiled() -> ModuleType:
    if in_c is None:
        machine.leave_out(compiler.MISSING, compiler.MEND)
    return in_c


@pytest.fixture(params=["numpy", "c"])
def loops(request: pytest.FixtureRequest) -> ModuleType:
    loops: ModuleType = in_numpy if request.param == "numpy" else request.getfixturevalue("compiled")
    return loops


def random_set(rng: np.random.Generator, n: int, share: float) -> Any:
    return bitmap.of_flags(rng.random(n) < share)


def members(bits: Any, n: int) -> list[int]:
    return [doc for doc in range(n) if int(bits[doc // 64]) >> doc % 64 & 1]


# --- sets ------------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(SEED, st.sampled_from([0, 1, 63, 64, 65, 500]), st.sampled_from([0, 1, 7]))
def test_documents_are_counted(seed: int, n: int, n_rows: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.array([random_set(rng, n, 0.3) for _ in range(n_rows)], dtype=np.uint64).reshape(n_rows, -(-n // 64))
    matched = random_set(rng, n, 0.7)
    for loops in filter(None, (in_numpy, in_c)):
        assert loops.count(matched) == len(members(matched, n))
        if n:
            shared = [len({*members(row, n)} & {*members(matched, n)}) for row in rows]
            assert loops.count_rows(rows, matched) == shared


@settings(max_examples=30)
@given(SEED, st.sampled_from([1, 64, 130]), st.integers(0, 4))
def test_sets_that_lack_a_document_are_named(seed: int, n: int, n_sets: int) -> None:
    rng = np.random.default_rng(seed)
    sets = [(f"set {i}", random_set(rng, n, 0.5)) for i in range(n_sets)]
    docs = rng.integers(0, n, 5).tolist()
    wanted = [tuple(name for name, bits in sets if doc not in members(bits, n)) for doc in docs]
    for loops in filter(None, (in_numpy, in_c)):
        assert loops.lacking(docs, sets) == wanted


# --- scores ----------------------------------------------------------------------------------------------------------


def random_impacts(rng: np.random.Generator, n: int, share: float) -> dict[ModuleType | None, Impact]:
    """Return the same impact in one of the shapes that each form of the loops takes."""
    flags = rng.random(n) < share
    docs = np.flatnonzero(flags)
    bits, scores = bitmap.of_flags(flags), (rng.random(len(docs)) * rng.choice([0.1, 1, 10])).astype(np.float32)
    most = float(scores.max(initial=0))
    of_all = np.zeros(64 * len(bits), dtype=np.float32)
    of_all[docs] = scores
    tops = tops_of(of_all)
    if len(docs) and rng.random() < 0.3:
        return dict.fromkeys((in_numpy, in_c), Impact(bits, of_all, most, tops))
    return {
        in_numpy: Impact(bits, scores, most, docs=docs),
        in_c: Impact(bits, scores, most, tops, ranks=ranks_of(bits)),
    }


def tops_of(of_all: Any) -> Any:
    """Return the tops of scores of all documents: of the first eight documents of each word, of the second eight …"""
    most = max(of_all.max(initial=0), 1e-9)
    in_eights = [[max(of_all[place : place + 8]) for place in range(8 * block, len(of_all), 64)] for block in range(8)]
    return np.array([[min(255, np.ceil(255 * top / most)) for top in tops] for tops in in_eights], dtype=np.uint8)


def ranks_of(bits: Any) -> Any:
    return np.array([sum(map(int.bit_count, bits[:word].tolist())) for word in range(len(bits))], dtype=np.int32)


@settings(max_examples=50)
@given(SEED, st.sampled_from([1, 64, 65, 300]), st.integers(1, 5))
def test_documents_of_any_impact_and_of_all_are_told(seed: int, n: int, n_impacts: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [random_impacts(rng, n, rng.choice([0.0, 0.1, 0.9])) for _ in range(n_impacts)]
    sets = [{*members(impacts[in_numpy].bits, n)} for impacts in shapes]
    for loops in filter(None, (in_numpy, in_c)):
        anything, complete = bitmap.full(n), bitmap.full(n)
        assert loops.unite([impacts[loops] for impacts in shapes], anything, complete) == all(sets)
        assert {*members(anything, n)} == set().union(*sets)
        assert {*members(complete, n)} == set.intersection(*sets)


@settings(max_examples=200, deadline=None)
@given(SEED, st.sampled_from([1, 64, 65, 300, 7_000]), st.integers(0, 6), st.sampled_from([1, 2, 10, 25, 800]))
def test_the_best_come_by_the_sum_of_impacts_rounded_then_by_ordinal(
    seed: int, n: int, n_impacts: int, n_best: int
) -> None:
    rng = np.random.default_rng(seed)
    shapes = [random_impacts(rng, n, rng.choice([0.0, 0.002, 0.1, 0.9])) for _ in range(n_impacts)]
    times = rng.integers(1, 4, n_impacts).tolist()
    among = random_set(rng, n, rng.choice([0.0, 0.01, 0.95]))
    sums = dict.fromkeys(members(among, n), 0.0)
    for impacts, count in zip(shapes, times, strict=True):
        for doc, score in zip(*map(np.ndarray.tolist, impacts[in_numpy].found), strict=True):
            if doc in sums:
                sums[doc] += count * score
    ranked = sorted((-np.rint(score * 1e6), doc) for doc, score in sums.items())[:n_best]
    wanted = [(doc, float(-units) / 1e6) for units, doc in ranked]
    for loops in filter(None, (in_numpy, in_c)):
        assert loops.best([impacts[loops] for impacts in shapes], times, among, n_best) == wanted


@settings(max_examples=60, deadline=None)
@given(SEED, st.sampled_from([1, 10, 64, 129, 700, 7_000]), st.sampled_from([1, 10, 25, 800]))
@example(seed=1, n=7_000, n_best=10)
def test_scores_that_rounding_joins_are_told_apart_by_ordinal(seed: int, n: int, n_best: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.choice([0.0, 1.0000004, 1.0000005, 1.0000006, 2.5, rng.random()], n).astype(np.float32)
    among = random_set(rng, n, rng.choice([0.0, 0.01, 0.95]))
    ranked = sorted((-np.rint(float(scores[doc]) * 1e6), doc) for doc in members(among, n))[:n_best]
    wanted = [(doc, float(-units) / 1e6) for units, doc in ranked]
    scores.resize(64 * len(among))
    impact = Impact(bitmap.full(n), scores, float(scores.max()), tops_of(scores))
    for loops in filter(None, (in_numpy, in_c)):
        assert loops.best([impact], [1], among, n_best) == wanted


@settings(max_examples=100)
@given(SEED, st.sampled_from([1, 8, 64, 65, 700]), st.sampled_from([0.0, 0.01, 0.3, 0.9]))
def test_nothing_scores_more_than_the_top_of_its_eight(seed: int, n: int, share: float) -> None:
    if kernel.NAME != "c":
        machine.leave_out(compiler.MISSING, compiler.MEND)
    rng = np.random.default_rng(seed)
    flags = rng.random(n) < share
    docs, bits = np.flatnonzero(flags), bitmap.of_flags(flags)
    impact = kernel.keep(docs, rng.random(len(docs)) * rng.choice([1e-9, 0.1, 1, 1000]), bits, n)
    assert impact.tops is not None
    tops = impact.tops.T.reshape(-1)
    found, scores = impact.found
    assert found.tolist() == docs.tolist()
    for doc, score in zip(found.tolist(), scores.tolist(), strict=True):
        assert score <= tops[doc // 8] * impact.most / 255 * (1 + 1e-6) <= score + impact.most
    assert not tops[[not flags[8 * block : 8 * block + 8].any() for block in range(len(tops))]].any()


# --- words in texts --------------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(SEED, st.integers(1, 4), st.integers(0, 3), st.integers(0, 5), st.booleans())
def test_marks_take_their_places_from_left_to_right(
    seed: int, n_docs: int, n_asked: int, n_marks: int, words_only: bool
) -> None:
    rng = np.random.default_rng(seed)
    n_fields, tokens, sections, offsets, bounds = 3, [], [], [0], []
    for _ in range(n_docs):
        bounds.append([0] * n_fields)
        for field in range(n_fields):
            bounds[-1][field] = len(tokens) - offsets[-1]
            size = int(rng.integers(0, 12))
            tokens += [*rng.choice([0, 1, 2, 3, 256, 70_000, GAP], size).tolist(), GAP]
            sections += [(field << SENTENCE_BITS) + place // 4 for place in range(size + 1)]
        offsets.append(len(tokens))
    docs = rng.permutation(n_docs)[: rng.integers(0, n_docs + 1)].tolist()
    starts, widths = rng.integers(0, 10_000, len(tokens)), rng.integers(1, 256, len(tokens))
    marks = []
    for code in range(n_marks):
        terms = rng.choice([0, 1, 2, 256, 70_000], 1 if words_only else int(rng.integers(1, 4))).tolist()
        wanted = [True] * n_fields if words_only else rng.choice([False, True], n_fields).tolist()
        marks.append((terms, code, wanted))
    ordered = sorted(marks, key=lambda mark: -len(mark[0]))
    expected: list[tuple[int, int, int, int]] = []
    for i, doc in enumerate(docs):
        place, end = offsets[doc], [*(offsets[doc] + begin for begin in bounds[doc]), offsets[doc + 1]][n_asked]
        while place < end:
            width = 1
            for terms, code, fields in ordered:
                stop = place + len(terms)
                if tokens[place:stop] == terms and stop <= end and fields[sections[place] >> SENTENCE_BITS]:
                    section = (i << SECTION_BITS) + sections[place]
                    expected.append((section, int(starts[place]), int(starts[stop - 1] + widths[stop - 1]), code))
                    width = len(terms)
                    break
            place += width
    columns = (
        np.array(tokens, dtype=np.uint32),
        starts.astype(np.int32),
        widths.astype(np.uint8),
        np.array(sections, dtype=np.uint16),
        np.array(offsets, dtype=np.int64),
        np.array(bounds, dtype=np.int32),
    )
    for loops in filter(None, (in_numpy, in_c)):
        found = loops.find_terms(*columns, docs, n_asked, ordered)
        assert list(zip(*found, strict=True)) == expected


def test_many_marks_are_told_apart(loops: ModuleType) -> None:
    """As many as a question may have, with terms that collide in any small table."""
    terms = [1024 * i for i in range(400)]
    tokens = np.array([*terms, 1, GAP], dtype=np.uint32)
    places = np.arange(len(tokens), dtype=np.int32)
    beside = (places, np.ones(len(tokens), dtype=np.uint8), np.zeros(len(tokens), dtype=np.uint16))
    rows = (np.array([0, len(tokens)], dtype=np.int64), np.zeros((1, 1), dtype=np.int32))
    marks = [([term], code, [True]) for code, term in enumerate(terms)]
    _, starts, _, codes = loops.find_terms(tokens, *beside, *rows, [0], 1, marks)
    assert (starts, codes) == ([*range(400)], [*range(400)])


@settings(max_examples=200)
@given(SEED, st.integers(0, 4), st.sampled_from([1, 3, 40]))
def test_the_best_sentence_has_most_clauses_then_typed_words_then_synonyms(seed: int, n_docs: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    rows = []
    for doc in range(n_docs):
        for field in range(3):
            for sentence in (0, 1, 2, LAST_SENTENCE):
                for _ in range(rng.integers(0, most) if rng.random() < 0.5 else 0):
                    section = (doc << SECTION_BITS) + (field << SENTENCE_BITS) + sentence
                    rows.append((section, len(rows), len(rows) + 1, int(rng.integers(0, 8))))
    expected = []
    for doc in range(n_docs):
        texts: list[list[tuple[int, int, int, int]]] = [
            [row for row in rows if row[0] >> SENTENCE_BITS == (doc << 2) + field] for field in range(3)
        ]
        best, first = (0, 0, 0), None
        for text in texts[1:]:
            for section in sorted({row[0] for row in text}):
                codes = [row[3] for row in text if row[0] == section]
                typed = sum(code % 2 == 0 for code in codes)
                worth = (len({code // 2 for code in codes}), typed, len(codes) - typed)
                if worth > best:
                    best, first = worth, section
        shown = [row for text in texts[1:] for row in text if first is not None and row[0] >= first]
        same = [row[1:3] for row in shown if first is not None and row[0] >> SENTENCE_BITS == first >> SENTENCE_BITS]
        section = -1 if first is None else first & ((1 << SECTION_BITS) - 1)
        expected.append((tuple(row[1:3] for row in texts[0]), section, tuple(same)))
    columns = [[row[column] for row in rows] for column in range(4)]
    for loops in filter(None, (in_numpy, in_c)):
        assert loops.choose_sentences(*columns, n_docs) == expected


# --- what a page shows -----------------------------------------------------------------------------------------------

HOSTILE = st.text(alphabet="ab &<>'\"é…😀\0\n", max_size=9)


@given(st.lists(st.tuples(HOSTILE, st.booleans()), max_size=6))
@example([("", True)])
def test_a_text_is_escaped_and_its_marks_are_the_only_markup(parts: list[tuple[str, bool]]) -> None:
    marks, place = [], 0
    for text, is_marked in parts:
        if is_marked:
            marks.append((place, place + len(text)))
        place += len(text)
    whole = "".join(text for text, _ in parts)
    wanted = "".join(f"<mark>{escape(text)}</mark>" if is_marked else str(escape(text)) for text, is_marked in parts)
    for loops in filter(None, (in_numpy, in_c)):
        assert loops.mark_up(whole, tuple(marks)) == wanted.encode()


@pytest.mark.parametrize("marks", [((0, 4),), ((4, 4),), ((2, 1),), ((-1, 1),), ((1, 2), (0, 1)), ((0, 2), (1, 3))])
def test_marks_out_of_order_or_out_of_the_text_are_an_error(loops: ModuleType, marks: Any) -> None:
    with pytest.raises(ValueError, match=f"mark {len(marks) - 1} is not in its order, or not within the text"):
        loops.mark_up("aé…", marks)


def test_half_a_character_is_an_error(loops: ModuleType) -> None:
    with pytest.raises(UnicodeEncodeError):
        loops.mark_up("a\ud800", ())


# --- the compiled form checks what it is given -----------------------------------------------------------------------

ONE = np.ones(1, dtype=np.uint64)
WORDS = (np.zeros(3, np.uint32), np.zeros(3, np.int32), np.zeros(3, np.uint8), np.zeros(3, np.uint16))
ROWS = (np.array([0, 3]), np.array([[0, 1]], np.int32))  # one document of two fields
MARK = ([0], 0, [True, True])
TOPS = np.array([[255]] + [[0]] * 7, np.uint8)
RANKED = Impact(np.array([0b100001], np.uint64), np.ones(2, np.float32), 1.0, TOPS, ranks=np.zeros(1, np.int32))
TWO = np.array([1, 1], dtype=np.uint64)


@pytest.mark.parametrize(
    ("name", "args", "error"),
    [
        ("count", (np.ones(2, dtype=np.int32),), TypeError),
        ("count", (np.ones((4, 4), dtype=np.uint64)[:, 1],), ValueError),
        ("count", ("no array",), TypeError),
        ("best", ([RANKED], [1], TWO, 10), ValueError),
        ("best", ([RANKED._replace(bits=TWO)], [1], ONE, 10), ValueError),
        ("best", ([RANKED], [], ONE, 10), ValueError),
        ("best", ([RANKED._replace(ranks=np.zeros(1, np.int64))], [1], ONE, 10), TypeError),
        ("best", ([RANKED._replace(ranks=np.zeros(0, np.int32))], [1], ONE, 10), ValueError),
        ("best", ([RANKED._replace(scores=np.ones(2))], [1], ONE, 10), TypeError),
        ("best", ([RANKED._replace(ranks=None)], [1], ONE, 10), ValueError),
        ("best", ([RANKED._replace(tops=TOPS[:7])], [1], ONE, 10), ValueError),
        ("best", ([RANKED._replace(tops=None)], [1], ONE, 10), TypeError),
        ("unite", ([RANKED], TWO.copy(), TWO.copy()), ValueError),
        ("unite", ([RANKED], TWO.copy(), ONE.copy()), ValueError),
        ("lacking", ([64], [("a", ONE)]), IndexError),
        ("lacking", ([-1], [("a", ONE)]), IndexError),
        ("find_terms", (*WORDS, *ROWS, [1], 2, [MARK]), IndexError),
        ("find_terms", (*WORDS, *ROWS, [-1], 2, [MARK]), IndexError),
        ("find_terms", (*WORDS, *ROWS, [0], 3, [MARK]), IndexError),
        ("find_terms", (*WORDS, *ROWS, [0], -1, [MARK]), IndexError),
        ("find_terms", (*WORDS, np.array([0, 4]), ROWS[1], [0], 2, [MARK]), IndexError),
        ("find_terms", (*WORDS, np.array([-1, 3]), ROWS[1], [0], 2, [MARK]), IndexError),
        ("find_terms", (*WORDS, ROWS[0], np.array([[0, 4]], np.int32), [0], 1, [MARK]), IndexError),
        ("find_terms", (*WORDS, ROWS[0], np.zeros((0, 2), np.int32), [0], 1, [MARK]), ValueError),
        ("find_terms", (*WORDS, ROWS[0], np.zeros(2, np.int32), [0], 1, [MARK]), TypeError),
        ("find_terms", (*WORDS, *ROWS, [0], 2, [([], 0, [True])]), IndexError),
        ("find_terms", (*WORDS, *ROWS, [0], 2, [([0], 0, [True] * 5)]), IndexError),
        ("find_terms", (WORDS[0], WORDS[1][:2], *WORDS[2:], *ROWS, [0], 2, [MARK]), ValueError),
        ("choose_sentences", ([1 << SECTION_BITS], [0], [1], [0], 1), IndexError),
        ("choose_sentences", ([0], [0], [1], [-2], 1), IndexError),
        ("choose_sentences", ([0], [0], [1], [1 << 30], 1), IndexError),
        ("choose_sentences", ([0], [0], [1], [], 1), ValueError),
        ("mark_up", (b"ab", ()), TypeError),
        ("mark_up", ("ab", [(0, 1)]), TypeError),
        ("mark_up", ("ab", ((0,),)), TypeError),
    ],
)
def test_a_place_outside_of_an_array_is_an_error_and_no_crash(
    compiled: ModuleType, name: str, args: tuple[Any, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(compiled, name)(*args)


@pytest.mark.parametrize("rank", [-1, 1, 2**31 - 1])
def test_ranks_that_are_none_lead_nowhere(compiled: ModuleType, rank: int) -> None:
    strange = RANKED._replace(ranks=np.array([rank], np.int32))
    assert compiled.best([strange], [1], RANKED.bits, 10) == [(0, 0.0), (5, 0.0)]


# --- which form is taken ---------------------------------------------------------------------------------------------


def name_of_kernel(**variables: str) -> str:
    command = [sys.executable, "-c", "from indexer import kernel; print(kernel.NAME)"]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_compiled_loops_are_taken_where_they_are_unless_told_otherwise() -> None:
    assert name_of_kernel(**{kernel.VARIABLE: "numpy"}) == "numpy"
    assert name_of_kernel(**{kernel.VARIABLE: ""}) == ("numpy" if in_c is None else "c")
