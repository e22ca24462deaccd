"""Markup with holes: a macro of the templates, rendered once with holes for some values, filled at every request.

A page of results has sixty rows of facets and ten cards; of each only an address, a number or a sentence changes. To
run its macro each time costs more than the search. What goes into a hole is markup: whoever fills it has escaped it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from functools import lru_cache

from jinja2 import Environment

MAX_REMEMBERED = 20_000  # skeletons, about a kilobyte each: those of all facet values, and of some thousand cards

# No text of a page can hold it by chance or on purpose: it is drawn anew by every process.
_MARK = f"hole{secrets.token_hex(8)}"
_HOLE = re.compile(rf"{_MARK}n(\d+)e")


# what stands for the first, second, ... value while a skeleton is rendered
HOLES = [f"{_MARK}n{number}e" for number in range(5)]


def escaped(text: str) -> str:
    """Return a text as markup: what `markupsafe.escape` gives, in half its time, for it is called by the hundred."""
    return (
        text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;").replace("'", "&#39;").replace('"', "&#34;")
    )


class Skeleton:
    """Markup with numbered holes; a number may stand at several places, or, left out by the template, at none.

    fill(*values)  returns the markup with values, which are markup themselves, in its holes. TypeError or IndexError
                   when one is missing; one too many is allowed only where some hole is out of order or left out.
    """

    def __init__(self, markup: str) -> None:
        texts = _HOLE.split(markup)  # text, number, text, number, ..., text
        self._numbers = [int(number) for number in texts[1::2]]
        self._format = "%s".join([text.replace("%", "%%") for text in texts[::2]])
        is_in_order = self._numbers == list(range(len(self._numbers)))
        self.fill: Callable[..., str] = self._fill_in_order if is_in_order else self._fill_by_number

    def _fill_in_order(self, *values: str) -> str:
        return self._format % values

    def _fill_by_number(self, *values: str) -> str:
        return self._format % tuple([values[number] for number in self._numbers])


class Skeletons:
    """The skeletons of the macros of one template, made when first asked for.

    get(macro, *values)  gives one; the values can be hashed, and some of them are holes.
    """

    def __init__(self, env: Environment, template: str) -> None:
        self._env, self._template = env, template
        self.get: Callable[..., Skeleton] = lru_cache(MAX_REMEMBERED)(self._make)

    def _make(self, macro: str, *values: object) -> Skeleton:
        return Skeleton(getattr(self._env.get_template(self._template).module, macro)(*values))
