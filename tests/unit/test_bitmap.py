"""Sets of ordinals as bits, compared with Python's own sets, around the edges of a 64-bit word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import bitmap
from indexer.kernel import count

SIZES = [0, 1, 7, 8, 63, 64, 65, 127, 128, 129, 1000]
PROPERTY = settings(max_examples=100, deadline=None, derandomize=True)


def documents(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int32)


@pytest.mark.parametrize("n", SIZES)
def test_the_empty_set_holds_nothing_and_the_full_one_exactly_n(n: int) -> None:
    assert count(bitmap.empty(n)) == 0
    assert count(bitmap.full(n)) == n
    assert bitmap.to_documents(bitmap.full(n), n).tolist() == list(range(n))
    assert len(bitmap.empty(n)) == len(bitmap.full(n)) == -(-n // 64)


def test_ordinal_64_is_the_first_bit_of_the_second_word() -> None:
    bits = bitmap.of_documents(documents(0, 63, 64), 65)
    assert bits.tolist() == [(1 << 63) | 1, 1]


@pytest.mark.parametrize("doc", [0, 63, 64, 128])
def test_a_set_of_one_contains_that_one_alone(doc: int) -> None:
    bits = bitmap.of_documents(documents(doc), 129)
    assert [other for other in range(129) if bitmap.contains(bits, other)] == [doc]


def test_taking_away_leaves_no_bits_beyond_the_last_document() -> None:
    rest = bitmap.full(65) & ~bitmap.of_documents(documents(64), 65)
    assert count(rest) == 64


@st.composite
def two_sets(draw: st.DrawFn) -> tuple[int, set[int], set[int]]:
    n = draw(st.integers(1, 200))
    some = st.sets(st.integers(0, n - 1))
    return n, draw(some), draw(some)


@PROPERTY
@given(two_sets())
def test_and_or_and_count_agree_with_sets_of_numbers(given_sets: tuple[int, set[int], set[int]]) -> None:
    n, one, other = given_sets
    a, b = (bitmap.of_documents(documents(*numbers), n) for numbers in (one, other))
    assert bitmap.to_documents(a & b, n).tolist() == sorted(one & other)
    assert bitmap.to_documents(a | b, n).tolist() == sorted(one | other)
    assert bitmap.to_documents(a & ~b, n).tolist() == sorted(one - other)
    assert count(a) == len(one)
    flags = np.array([doc in one for doc in range(n)])
    assert bitmap.of_flags(flags).tolist() == a.tolist()
