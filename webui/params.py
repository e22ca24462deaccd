"""The address of a search, both ways: query string -> `SearchRequest` and notices; `SearchRequest` -> query strings.

The address is the whole state: `q topic* type* from to match words sort page`, in this order, values of a facet
ascending, defaults left out. So a search has one address, and `parse_query_string(State(request).query())` gives
`request` back. `year=2020` is read as `from=2020&to=2020`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import cast
from urllib.parse import quote_plus, unquote

from indexer import SORTS, Match, Notice, SearchRequest, Sort

MATCHES: tuple[Match, ...] = ("any", "all")
MAX_VALUES = 100  # of one facet; the blog has 36 topics. Bounds the work that one address can ask for
MAX_PAGE = 1_000_000
MAX_SHOWN = 60  # characters of a broken value that its notice repeats

_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
_NUMBER = re.compile(r"0*([0-9]+)", re.ASCII)


def parse_query_string(query: str) -> tuple[SearchRequest, tuple[Notice, ...]]:
    """Return what an address asks for, in canonical form, and a notice for each value that cannot be used.

    Total: whatever stands there gives a request. Unknown names are passed over, of repeated single values the first
    counts. Topics and types are taken as they are: only the index knows which of them exist.
    """
    values = _values(query)
    notices: list[Notice] = []
    year = _year(values, "year", notices)
    request = SearchRequest(
        text=_first(values, "q"),
        topics=_choices(values, "topic", notices),
        types=_choices(values, "type", notices),
        year_from=_year(values, "from", notices) or year,
        year_to=_year(values, "to", notices) or year,
        match=cast("Match", _one_of(values, "match", MATCHES, notices) or "any"),
        sort=cast("Sort | None", _one_of(values, "sort", SORTS, notices)),
        typed_only=_one_of(values, "words", ("typed",), notices) is not None,
        page=_page(values, notices),
    )
    return canonical(request), tuple(notices)


def canonical(request: SearchRequest) -> SearchRequest:
    """Return the one request that stands for all that ask the same: values sorted, each once, defaults as such."""
    r, text = request, _clean(request.text)
    topics, types = _ascending(r.topics), _ascending(r.types)
    match: Match = r.match if text else "any"
    typed_only = r.typed_only and bool(text)
    sort = None if r.sort == ("relevance" if text else "newest") else r.sort
    if (text, topics, types, match, typed_only, sort) == (r.text, r.topics, r.types, r.match, r.typed_only, r.sort):
        return r  # as nearly always; a copy costs ten times the comparison
    return replace(r, text=text, topics=topics, types=types, match=match, typed_only=typed_only, sort=sort)


def _ascending(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(values))) if values else values


def _values(query: str) -> dict[str, list[str]]:
    """Return the values of each name of a query string, in one line each, without empty ones."""
    values: dict[str, list[str]] = {}
    for field in query.split("&"):
        name, _, value = field.partition("=")
        if text := _clean(unquote(value.replace("+", " "))):
            values.setdefault(unquote(name.replace("+", " ")), []).append(text)
    return values


def _clean(text: str) -> str:
    """Return a text in one line, without characters that cannot be seen."""
    if not text.isprintable():  # only then can it hold any of them
        text = text.translate(_CONTROLS)
    return " ".join(text.split())


def _first(values: Mapping[str, list[str]], name: str) -> str:
    return values[name][0] if name in values else ""


def _choices(values: Mapping[str, list[str]], name: str, notices: list[Notice]) -> tuple[str, ...]:
    if name not in values:
        return ()
    chosen = tuple(dict.fromkeys(values[name]))
    if len(chosen) > MAX_VALUES:
        notices.append(Notice("many-values", f"Only the first {MAX_VALUES} choices of '{name}' were used."))
    return chosen[:MAX_VALUES]


def _year(values: Mapping[str, list[str]], name: str, notices: list[Notice]) -> int | None:
    typed = _first(values, name)
    if not typed:
        return None
    match = _NUMBER.fullmatch(typed)
    if match and len(match[1]) <= 4 and int(match[1]):
        return int(match[1])
    notices.append(_broken(name, typed, "a year such as 2020"))
    return None


def _page(values: Mapping[str, list[str]], notices: list[Notice]) -> int:
    typed = _first(values, "page")
    if not typed:
        return 1
    match = _NUMBER.fullmatch(typed)
    if match and match[1] != "0":
        return min(int(match[1][: len(str(MAX_PAGE)) + 1]), MAX_PAGE)
    notices.append(_broken("page", typed, "a number from 1"))
    return 1


def _one_of(values: Mapping[str, list[str]], name: str, allowed: Iterable[str], notices: list[Notice]) -> str | None:
    typed = _first(values, name)
    if typed in allowed:
        return typed
    if typed:
        notices.append(_broken(name, typed, " or ".join(allowed)))
    return None


def _broken(name: str, typed: str, wanted: str) -> Notice:
    shown = typed if len(typed) <= MAX_SHOWN else f"{typed[:MAX_SHOWN]}…"
    return Notice("broken-value", f"'{name}={shown}' in the address was ignored: it must be {wanted}.")


# --- from a request to addresses -------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def pair(name: str, value: str) -> str:
    """Return `name=value`, quoted. Remembered, because a page repeats the same sixty values at every request."""
    return f"{name}={quote_plus(value, errors='replace')}"


class State:
    """A search as its address: gives the query strings of the searches that are one click away.

    All of them begin at page 1, except those of `page`. None begins with "?"; "" stands for everything, newest first.
    """

    def __init__(self, request: SearchRequest) -> None:
        self.request = r = canonical(request)
        # Each part is "" or begins with "&": any of them in a row are a query string, but for its first character.
        self._text = f"&{_words(r.text)}" if r.text else ""
        self._topic = _choice_pairs("topic", r.topics)
        self._type = _choice_pairs("type", r.types)
        self._years = _year_pairs(r.year_from, r.year_to)
        self._match = "&match=all" if r.match == "all" else ""
        self._words = "&words=typed" if r.typed_only else ""
        self._sort = f"&sort={r.sort}" if r.sort else ""
        self._found = f"{self._text}{self._topic}{self._type}{self._years}{self._match}{self._words}"
        self._all = f"{self._found}{self._sort}"

    def query(self) -> str:
        """Return the search itself, page included."""
        return self.page(self.request.page)

    def page(self, number: int) -> str:
        """Return another page of the same search."""
        return f"{self._all}&page={number}"[1:] if number > 1 else self._all[1:]

    def before_page(self) -> str:
        """Return the address of another page but the first up to its number, which ends it."""
        return f"{self._all}&page="[1:]

    def before_sort(self) -> str:
        """Return the address of the search in another order but the default up to its name, which ends it."""
        return f"{self._found}&sort="[1:]

    def gaps(self, facet: str) -> list[tuple[str, str]]:
        """Return what stands before and after one more choice of a facet, for each place among those made in it.

        The choice itself is a `pair`, or from=...&to=... for "year", which has one gap: it holds one choice at most.
        """
        before, after = self._around(facet)
        pairs = [f"&{pair(facet, value)}" for value in self._chosen(facet)]
        return [
            (f"{before}{''.join(pairs[:place])}&"[1:], f"{''.join(pairs[place:])}{after}")
            for place in range(len(pairs) + 1)
        ]

    def toggle(self, facet: str, value: str) -> str:
        """Return the search with a value of "topic" or "type" added to the choices, or taken from them."""
        before, after = self._around(facet)
        values = sorted({*self._chosen(facet)} ^ {value})
        return f"{before}{_choice_pairs(facet, values)}{after}"[1:]

    def with_words(self, text: str) -> str:
        """Return the same filters for other words; "" keeps none of what only words can have."""
        text = _clean(text)
        if not text or not self.request.text:
            return State(replace(self.request, text=text, page=1)).query()
        return f"{_words(text)}{self._all.removeprefix(self._text)}"

    def with_years(self, low: int, high: int) -> str:
        """Return the search with another range of years, both inclusive."""
        before, after = self._around("year")
        return f"{before}&from={low}&to={high}{after}"[1:]

    def without(self, facet: str) -> str:
        """Return the search without any choice of "topic", "type" or "year"."""
        return "".join(self._around(facet))[1:]

    def with_match(self, match: Match) -> str:
        """Return the search for any of the words, or for all of them."""
        all_words = "&match=all" if match == "all" else ""
        return f"{self._text}{self._topic}{self._type}{self._years}{all_words}{self._words}{self._sort}"[1:]

    def with_typed_only(self, typed_only: bool) -> str:
        """Return the search for nothing but the words as typed, or with synonyms and close words again."""
        words = "&words=typed" if typed_only else ""
        return f"{self._text}{self._topic}{self._type}{self._years}{self._match}{words}{self._sort}"[1:]

    def with_sort(self, sort: Sort | None) -> str:
        """Return the search in another order; None is the default one."""
        return f"{self._found}&sort={sort}"[1:] if sort else self._found[1:]

    def words_only(self) -> str:
        """Return the search without any filter, in the default order."""
        return f"{self._text}{self._words}"[1:]

    def _around(self, facet: str) -> tuple[str, str]:
        """Return the parts before and after the choices of a facet."""
        last = f"{self._match}{self._words}{self._sort}"
        if facet == "topic":
            return self._text, f"{self._type}{self._years}{last}"
        if facet == "type":
            return f"{self._text}{self._topic}", f"{self._years}{last}"
        return f"{self._text}{self._topic}{self._type}", last

    def _chosen(self, facet: str) -> tuple[str, ...]:
        return {"topic": self.request.topics, "type": self.request.types}.get(facet, ())

    def fields(self, *left_out: str) -> tuple[tuple[str, str], ...]:
        """Return the (name, value) pairs that a form must carry along: all but the page and those it asks for."""
        r = self.request
        pairs = [("q", r.text)] if r.text else []
        pairs += [("topic", value) for value in r.topics]
        pairs += [("type", value) for value in r.types]
        pairs += [(name, str(year)) for name, year in (("from", r.year_from), ("to", r.year_to)) if year is not None]
        if r.match != "any":
            pairs.append(("match", r.match))
        if r.typed_only:
            pairs.append(("words", "typed"))
        if r.sort:
            pairs.append(("sort", r.sort))
        return tuple([pair for pair in pairs if pair[0] not in left_out])


def _words(text: str) -> str:
    return f"q={quote_plus(text, errors='replace')}"


def _choice_pairs(name: str, values: Iterable[str]) -> str:
    return "".join([f"&{pair(name, value)}" for value in values])


def _year_pairs(low: int | None, high: int | None) -> str:
    first = "" if low is None else f"&from={low}"
    return first if high is None else f"{first}&to={high}"
