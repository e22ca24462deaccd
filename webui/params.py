"""The address of a search, both ways: query string -> `SearchRequest` and notices; `SearchRequest` -> query strings.

The address is the whole state: `q topic* type* from to match words sort page`, in this order, values of a facet
ascending, defaults left out. So a search has one address, and `parse_query_string(State(request).query())` gives
`request` back. `year=2020` is read as `from=2020&to=2020`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qs, quote_plus

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
    values = parse_qs(query, errors="replace")
    notices: list[Notice] = []
    year = _year(values, "year", notices)
    request = SearchRequest(
        text=_first(values, "q"),
        topics=_choices(values, "topic", notices),
        types=_choices(values, "type", notices),
        year_from=_year(values, "from", notices) or year,
        year_to=_year(values, "to", notices) or year,
        match=cast(Match, _one_of(values, "match", MATCHES, notices) or "any"),
        sort=cast(Sort | None, _one_of(values, "sort", SORTS, notices)),
        typed_only=_one_of(values, "words", ("typed",), notices) is not None,
        page=_page(values, notices),
    )
    return canonical(request), tuple(notices)


def canonical(request: SearchRequest) -> SearchRequest:
    """Return the one request that stands for all that ask the same: values sorted, each once, defaults as such."""
    text = _clean(request.text)
    values: dict[str, Any] = {
        "text": text,
        "topics": tuple(sorted(set(request.topics))),
        "types": tuple(sorted(set(request.types))),
        "match": request.match if text else "any",
        "typed_only": request.typed_only and bool(text),
        "sort": None if request.sort == ("relevance" if text else "newest") else request.sort,
    }
    changed = {name: value for name, value in values.items() if value != getattr(request, name)}
    return replace(request, **changed) if changed else request  # a copy costs ten times the comparison


def _clean(text: str) -> str:
    """Return a text in one line, without characters that cannot be seen."""
    return " ".join(text.translate(_CONTROLS).split())


def _first(values: Mapping[str, list[str]], name: str) -> str:
    if name not in values:  # as most are
        return ""
    return next((text for text in map(_clean, values.get(name, ())) if text), "")


def _choices(values: Mapping[str, list[str]], name: str, notices: list[Notice]) -> tuple[str, ...]:
    if name not in values:
        return ()
    chosen = tuple(dict.fromkeys(text for text in map(_clean, values[name]) if text))
    if len(chosen) > MAX_VALUES:
        notices.append(Notice("many-values", f"Only the first {MAX_VALUES} choices of '{name}' were used."))
    return chosen[:MAX_VALUES]


def _year(values: Mapping[str, list[str]], name: str, notices: list[Notice]) -> int | None:
    typed = _first(values, name)
    match = _NUMBER.fullmatch(typed) if typed else None
    if match and len(match[1]) <= 4 and int(match[1]):
        return int(match[1])
    if typed:
        notices.append(_broken(name, typed, "a year such as 2020"))
    return None


def _page(values: Mapping[str, list[str]], notices: list[Notice]) -> int:
    typed = _first(values, "page")
    match = _NUMBER.fullmatch(typed)
    if match and match[1] != "0":
        return min(int(match[1][: len(str(MAX_PAGE)) + 1]), MAX_PAGE)
    if typed:
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


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces of a query string, each quoted once, in canonical order."""

    text: tuple[str, ...]
    topic: tuple[str, ...]
    type: tuple[str, ...]
    years: tuple[str, ...]
    match: tuple[str, ...]
    words: tuple[str, ...]
    sort: tuple[str, ...]


class State:
    """A search as its address: gives the query strings of the searches that are one click away.

    All of them begin at page 1, except those of `page`. None begins with "?"; "" stands for everything, newest first.
    """

    def __init__(self, request: SearchRequest) -> None:
        self.request = request = canonical(request)
        self._parts = _Parts(
            text=(_words(request.text),) if request.text else (),
            topic=tuple(pair("topic", value) for value in request.topics),
            type=tuple(pair("type", value) for value in request.types),
            years=_years(request.year_from, request.year_to),
            match=("match=all",) if request.match == "all" else (),
            words=("words=typed",) if request.typed_only else (),
            sort=(f"sort={request.sort}",) if request.sort else (),
        )
        p = self._parts
        # what stands before and after the values of a facet, ready to be joined to them
        self._around = {
            "topic": (_before(p.text), _after(p.type, p.years, p.match, p.words, p.sort)),
            "type": (_before(p.text, p.topic), _after(p.years, p.match, p.words, p.sort)),
            "year": (_before(p.text, p.topic, p.type), _after(p.match, p.words, p.sort)),
        }
        self._chosen = {"topic": set(request.topics), "type": set(request.types)}

    def query(self) -> str:
        """Return the search itself, page included."""
        return self.page(self.request.page)

    def page(self, number: int) -> str:
        """Return another page of the same search."""
        p = self._parts
        return _join(
            p.text, p.topic, p.type, p.years, p.match, p.words, p.sort, (f"page={number}",) if number > 1 else ()
        )

    def around(self, facet: str) -> tuple[str, str]:
        """Return what stands before and after the choices of a facet: each a `pair`, or from=...&to=... for "year"."""
        return self._around[facet]

    def toggle(self, facet: str, value: str) -> str:
        """Return the search with a value of "topic" or "type" added to the choices, or taken from them."""
        before, after = self._around[facet]
        chosen = self._chosen[facet]
        if not chosen:  # by far the most frequent case
            return f"{before}{pair(facet, value)}{after}"
        pairs = "&".join(pair(facet, item) for item in sorted(chosen ^ {value}))
        return f"{before}{pairs}{after}" if pairs else f"{before.rstrip('&')}{after}".lstrip("&")

    def with_words(self, text: str) -> str:
        """Return the same filters for other words; "" keeps none of what only words can have."""
        text = _clean(text)
        if not text or not self.request.text:
            return State(replace(self.request, text=text, page=1)).query()
        p = self._parts
        return _join((_words(text),), p.topic, p.type, p.years, p.match, p.words, p.sort)

    def with_years(self, low: int, high: int) -> str:
        """Return the search with another range of years, both inclusive."""
        before, after = self._around["year"]
        return f"{before}from={low}&to={high}{after}"

    def without(self, facet: str) -> str:
        """Return the search without any choice of "topic", "type" or "year"."""
        return _join(*(getattr(self._parts, name) for name in _Parts.__slots__ if name != _PART_OF.get(facet, facet)))

    def with_match(self, match: Match) -> str:
        """Return the search for any of the words, or for all of them."""
        p = self._parts
        return _join(p.text, p.topic, p.type, p.years, ("match=all",) if match == "all" else (), p.words, p.sort)

    def with_typed_only(self, typed_only: bool) -> str:
        """Return the search for nothing but the words as typed, or with synonyms and close words again."""
        p = self._parts
        return _join(p.text, p.topic, p.type, p.years, p.match, ("words=typed",) if typed_only else (), p.sort)

    def with_sort(self, sort: Sort | None) -> str:
        """Return the search in another order; None is the default one."""
        p = self._parts
        return _join(p.text, p.topic, p.type, p.years, p.match, p.words, (f"sort={sort}",) if sort else ())

    def words_only(self) -> str:
        """Return the search without any filter, in the default order."""
        return _join(self._parts.text, self._parts.words)

    def fields(self, *left_out: str) -> tuple[tuple[str, str], ...]:
        """Return the (name, value) pairs that a form must carry along: all but the page and those it asks for."""
        r = self.request
        pairs = [("q", r.text), *(("topic", value) for value in r.topics), *(("type", value) for value in r.types)]
        pairs += [("from", str(r.year_from or "")), ("to", str(r.year_to or ""))]
        pairs += [("match", r.match if r.match != "any" else ""), ("words", "typed" if r.typed_only else "")]
        pairs += [("sort", r.sort or "")]
        return tuple((name, value) for name, value in pairs if value and name not in left_out)


_PART_OF = {"year": "years"}


def _words(text: str) -> str:
    return f"q={quote_plus(text, errors='replace')}"


def _years(low: int | None, high: int | None) -> tuple[str, ...]:
    return tuple(f"{name}={year}" for name, year in (("from", low), ("to", high)) if year is not None)


def _join(*parts: tuple[str, ...]) -> str:
    return "&".join(pair for part in parts for pair in part)


def _before(*parts: tuple[str, ...]) -> str:
    joined = _join(*parts)
    return f"{joined}&" if joined else ""


def _after(*parts: tuple[str, ...]) -> str:
    joined = _join(*parts)
    return f"&{joined}" if joined else ""
