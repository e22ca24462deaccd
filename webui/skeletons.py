"""Markup with holes: templates and macros, rendered once with holes for the texts that change, filled at every request.

A page of results has sixty rows of facets and ten cards; of each only an address, a number or a sentence changes, and
so it is with what stands around them. To render all of it each time costs more than the search.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from operator import itemgetter
from typing import Any

from jinja2 import Environment

from indexer import mark_up

MAX_REMEMBERED = 5_000  # what `Skeletons.get` has made, mostly pagers of a kilobyte; and texts that skeletons share
MAX_SHAPES = 500  # of whole pages, about 2 kB each: two thousand different questions needed 120 (22 November 2026)

# No text of a page can hold it by chance or on purpose: it is drawn anew by every process.
_MARK = f"hole{secrets.token_hex(8)}"
_ENCODED_MARK = _MARK.encode()
_HOLE = re.compile(rf"{_MARK}n(\d+)e")


def hole(number: int) -> str:
    """Return what stands for a value while a skeleton is rendered; `number` is its place in `fill`, from 0."""
    return f"{_MARK}n{number}e"


HOLES = [hole(number) for number in range(5)]


class Filled(bytes):
    """Markup in UTF-8, as filled skeletons are: as bytes, it is put together and sent without being encoded again."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return it as a template takes it."""
        return self.decode()


def escaped(text: str) -> bytes:
    """Return a text as markup in UTF-8."""
    return mark_up(text, ())


@lru_cache(MAX_REMEMBERED)
def _encoded(text: str) -> bytes:
    """Return a text in UTF-8; the same object for the same text, as skeletons have most of their texts in common."""
    return text.encode()


class Skeleton:
    """Markup in UTF-8 with numbered holes. A number may stand at several places or, if left out, at none."""

    __slots__ = ("_numbers", "_pick", "_pieces")

    def __init__(self, markup: str) -> None:
        pieces = _HOLE.split(markup)  # text, number, text, number, ..., text
        self._pieces = [_encoded(piece) for piece in pieces]
        self._numbers = [int(number) for number in pieces[1::2]]
        self._pick = _picker(self._numbers)

    def fill(self, *values: bytes) -> bytes:
        """Return the markup with values, which are markup themselves, in its holes. IndexError when one is missing."""
        pieces = self._pieces.copy()
        pieces[1::2] = self._pick(values)
        return b"".join(pieces)

    def around(self, n_holes: int) -> tuple[bytes, ...]:
        """Return the texts before, between and after the holes, for what is put together fifty times a page.

        ValueError unless the holes are so many, each once and in order: else a value would stand in another's place.
        """
        if self._numbers != list(range(n_holes)):
            raise ValueError(f"the template has the holes {self._numbers}, and not {n_holes} of them in order")
        return tuple(self._pieces[::2])


def _picker(numbers: Sequence[int]) -> Callable[[Sequence[bytes]], Sequence[bytes]]:
    """Return what picks the values of these numbers from all: `itemgetter`, which gives no sequence for one number."""
    if len(numbers) > 1:
        return itemgetter(*numbers)
    return lambda values: [values[number] for number in numbers]


class Skeletons:
    """The skeletons of pages, and markup for those of the macros of one template.

    get(make, *key)  gives what `make(skeletons, *key)` returns: made when first asked for, then remembered.
    """

    def __init__(self, env: Environment, macros: str) -> None:
        self._env, self._macros = env, macros
        self.get: Callable[..., Any] = lru_cache(MAX_REMEMBERED)(lambda make, *key: make(self, *key))
        self._of_shape = lru_cache(MAX_SHAPES)(self._make_page)

    def markup(self, macro: str, *values: object) -> str:
        """Return what a macro makes of these values; some are, or hold, `HOLES`."""
        markup: str = getattr(self._env.get_template(self._macros).module, macro)(*values)
        return markup

    def page(self, template: str, **context: object) -> bytes:
        """Return what the template renders from these values, in UTF-8.

        They are texts, `Filled`, and tuples of them, also named ones, however deep. The template is rendered once for
        all values of a shape: the same in everything but texts, and in which texts are empty. So it may ask whether a
        text is empty, but not what it is; and what is no text must have a hash.
        """
        texts: list[str] = []
        markups: list[bytes] = []
        shape = _shape(tuple(context.values()), texts, markups)
        values = escaped(_MARK.join(texts)).split(_ENCODED_MARK)  # one by one it would take twice as long
        return self._of_shape(template, tuple(context), shape, len(values)).fill(*values, *markups)

    def _make_page(self, template: str, names: tuple[str, ...], shape: tuple[Any, ...], n_texts: int) -> Skeleton:
        context = zip(names, _with_holes(shape, {str: count(), Filled: count(n_texts)}), strict=True)
        return Skeleton(self._env.get_template(template).render(dict(context)))


def _shape(values: tuple[Any, ...], texts: list[str], markups: list[bytes]) -> tuple[Any, ...]:
    """Return the type of a tuple and its values, where types stand for texts and markup, which are added to theirs."""
    shape: list[object] = [type(values)]
    for value in values:
        if not value:
            shape.append(value)
        elif type(value) is str:
            texts.append(value)
            shape.append(str)
        elif type(value) is Filled:
            markups.append(value)
            shape.append(Filled)
        elif isinstance(value, tuple):
            shape.append(_shape(value, texts, markups))
        else:
            shape.append(value)
    return tuple(shape)


def _with_holes(shape: tuple[Any, ...], numbers: Mapping[type, count[int]]) -> tuple[Any, ...]:
    """Return a tuple of that shape, with a hole for each of its texts."""
    values = []
    for value in shape[1:]:
        if value is str or value is Filled:
            value = hole(next(numbers[value]))
        elif isinstance(value, tuple) and value:
            value = _with_holes(value, numbers)
        values.append(value)
    made: tuple[Any, ...] = tuple.__new__(shape[0], values)
    return made
