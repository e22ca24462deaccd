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
    if len(docs) and rng.random() < 0.3:
        of_all = np.zeros(n, dtype=np.float32)
        of_all[docs] = scores
        return dict.fromkeys((in_numpy, in_c), Impact(bits, of_all, most))
    return {in_numpy: Impact(bits, scores, most, docs), in_c: Impact(bits, scores, most, ranks=ranks_of(bits))}


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
    impact = Impact(bitmap.full(n), scores, float(scores.max()))
    for loops in filter(None, (in_numpy, in_c)):
        assert loops.best([impact], [1], among, n_best) == wanted


# --- words in texts --------------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(SEED, st.integers(1, 4), st.integers(0, 5), st.booleans())
def test_marks_take_their_places_from_left_to_right(seed: int, n_docs: int, n_marks: int, words_only: bool) -> None:
    rng = np.random.default_rng(seed)
    n_fields, tokens, sections, begins, ends = 3, [], [], [], []
    for _ in range(n_docs):
        begins.append(len(tokens))
        for field in range(n_fields):
            size = int(rng.integers(0, 12))
            tokens += [*rng.choice([0, 1, 2, 3, 256, 70_000, GAP], size).tolist(), GAP]
            sections += [(field << SENTENCE_BITS) + place // 4 for place in range(size + 1)]
        ends.append(len(tokens))
    starts, widths = rng.integers(0, 10_000, len(tokens)), rng.integers(1, 256, len(tokens))
    marks = []
    for code in range(n_marks):
        terms = rng.choice([0, 1, 2, 256, 70_000], 1 if words_only else int(rng.integers(1, 4))).tolist()
        wanted = [True] * n_fields if words_only else rng.choice([False, True], n_fields).tolist()
        marks.append((terms, code, wanted))
    ordered = sorted(marks, key=lambda mark: -len(mark[0]))
    expected: list[tuple[int, int, int, int]] = []
    for doc, (place, end) in enumerate(zip(begins, ends, strict=True)):
        while place < end:
            width = 1
            for terms, code, fields in ordered:
                stop = place + len(terms)
                if tokens[place:stop] == terms and stop <= end and fields[sections[place] >> SENTENCE_BITS]:
                    section = (doc << SECTION_BITS) + sections[place]
                    expected.append((section, int(starts[place]), int(starts[stop - 1] + widths[stop - 1]), code))
                    width = len(terms)
                    break
            place += width
    columns = (
        np.array(tokens, dtype=np.uint32),
        starts.astype(np.int32),
        widths.astype(np.uint8),
        np.array(sections, dtype=np.uint16),
    )
    for loops in filter(None, (in_numpy, in_c)):
        found = loops.find_terms(*columns, begins, ends, ordered)
        assert list(zip(*found, strict=True)) == expected


def test_many_marks_are_told_apart(loops: ModuleType) -> None:
    """As many as a question may have, with terms that collide in any small table."""
    terms = [1024 * i for i in range(400)]
    tokens = np.array([*terms, 1, GAP], dtype=np.uint32)
    places = np.arange(len(tokens), dtype=np.int32)
    beside = (places, np.ones(len(tokens), dtype=np.uint8), np.zeros(len(tokens), dtype=np.uint16))
    marks = [([term], code, [True]) for code, term in enumerate(terms)]
    _, starts, _, codes = loops.find_terms(tokens, *beside, [0], [len(tokens)], marks)
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


# --- the compiled form checks what it is given -----------------------------------------------------------------------

ONE = np.ones(1, dtype=np.uint64)
WORDS = (np.zeros(3, np.uint32), np.zeros(3, np.int32), np.zeros(3, np.uint8), np.zeros(3, np.uint16))
RANKED = Impact(np.array([0b100001], np.uint64), np.ones(2, np.float32), 1.0, ranks=np.zeros(1, np.int32))
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
        ("unite", ([RANKED], TWO.copy(), TWO.copy()), ValueError),
        ("unite", ([RANKED], TWO.copy(), ONE.copy()), ValueError),
        ("lacking", ([64], [("a", ONE)]), IndexError),
        ("lacking", ([-1], [("a", ONE)]), IndexError),
        ("find_terms", (*WORDS, [0], [4], [([0], 0, [True])]), IndexError),
        ("find_terms", (*WORDS, [-1], [1], [([0], 0, [True])]), IndexError),
        ("find_terms", (*WORDS, [0], [], [([0], 0, [True])]), ValueError),
        ("find_terms", (*WORDS, [0], [3], [([], 0, [True])]), IndexError),
        ("find_terms", (*WORDS, [0], [3], [([0], 0, [True] * 5)]), IndexError),
        ("find_terms", (WORDS[0], WORDS[1][:2], *WORDS[2:], [0], [3], [([0], 0, [True])]), ValueError),
        ("choose_sentences", ([1 << SECTION_BITS], [0], [1], [0], 1), IndexError),
        ("choose_sentences", ([0], [0], [1], [-2], 1), IndexError),
        ("choose_sentences", ([0], [0], [1], [1 << 30], 1), IndexError),
        ("choose_sentences", ([0], [0], [1], [], 1), ValueError),
    ],
)
def test_a_place_outside_of_an_array_is_an_error_and_no_crash(
    compiled: ModuleType, name: str, args: tuple[Any, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(compiled, name)(*args)


def test_documents_beyond_a_row_of_scores_have_none(compiled: ModuleType) -> None:
    impact = Impact(np.array([2**64 - 1], np.uint64), np.ones(3, np.float32), 1.0)
    for among in (impact.bits, np.array([0b11100], np.uint64)):
        docs = members(among, 64)[:40]
        assert compiled.best([impact], [1], among, 40) == sorted(
            [(doc, float(doc < 3)) for doc in docs], key=lambda pair: -pair[1]
        )


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
