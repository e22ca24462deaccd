"""One walk: which page of a list to ask for next, when the list has ended, and what that proves. Knows no network.

Input: the list (one of the blog's filters, or all digests) and what each page shows. Output: the addresses to ask for,
one after the other, and how the walk ended. The blog's ways, see docs/architecture.md: pages are numbered by `p`, the
first has no number in its own links, and a number past the end is answered with some page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from indexer.filters import PAGE_PARAMETER, PARAMETERS
from indexer.model import Filter, WalkEnd


@dataclass(frozen=True, slots=True)
class Seen:
    """What one page shows, as far as walks care.

    articles  ids of its digests, in page order.
    choices   the filters that it links to.
    proven    the filters that its address and its marks prove; `in_doubt` when they contradict each other.
    """

    sha256: str
    articles: tuple[str, ...] = ()
    choices: tuple[Filter, ...] = ()
    proven: tuple[Filter, ...] = ()
    in_doubt: bool = False


class ListWalk:
    """A walk under way. `number` is the page to ask for: None the first one, without number; `end` once it is over."""

    def __init__(self, walked: Filter | None, known: Collection[str] = (), second: int | None = None) -> None:
        """Begin a walk.

        walked  the filter of the list; None: all digests.
        known   ids of all digests that an earlier walk has seen in this list, where that was walked to its end: at a
                page without any other there is nothing new behind. Empty: walk to the end.
        second  number of the page behind the first: 1 or 2, None where it is not known yet.
        """
        self.filter = walked
        self.second = second
        self.number: int | None = None
        self.end: WalkEnd | None = None
        self.reason = ""
        self.pages: list[str] = []
        self.articles: dict[str, None] = {}
        self._known = frozenset(known)

    def add(self, seen: Seen) -> None:
        """Take the page that was asked for, and move on to the next or end.

        A page that adds no digest ends the walk, and so does one of another filter, which is credited with nothing. The
        end counts as the last page only where the page is one of the blog: a page of an error or of maintenance, with
        status 200 but neither digests nor filter lists, stops the walk instead. So does a first page that should hold
        all digests and holds none.
        """
        if not self._is_of_list(seen):
            if self.pages and seen.choices:
                self.end = "last-page"
            else:
                self.stop("the page does not show the list that was asked for")
        elif not seen.articles:
            if seen.choices and (self.pages or self.filter):
                self.end = "last-page"
            else:
                self.stop("the page shows no digest")
        elif self.articles.keys() >= set(seen.articles):
            if self.number == 1 and self.second is None:  # the first page again: it is number 1
                self.second = self.number = 2
            else:
                self.end = "last-page"
        else:
            self._credit(seen)

    def stop(self, reason: str) -> None:
        """Break the walk off; it then says nothing about what it lacks."""
        self.end, self.reason = "stopped", reason

    def _is_of_list(self, seen: Seen) -> bool:
        if seen.in_doubt:
            return False
        asked = {(self.filter.kind, self.filter.site_id)} if self.filter else set()
        return {(choice.kind, choice.site_id) for choice in seen.proven} == asked

    def _credit(self, seen: Seen) -> None:
        self.pages.append(seen.sha256)
        self.articles.update(dict.fromkeys(seen.articles))
        if self._known.issuperset(seen.articles):
            self.end = "known-page"
        elif self.number is None:
            self.number = self.second or 1
        else:
            if self.second is None:  # a page 1 that differs from the first one: that is number 0
                self.second = 1
            self.number += 1


def walks_of(choices: Collection[Filter]) -> list[Filter | None]:
    """Return the lists to walk, as a page of the blog links to them: all digests, each topic, each type."""
    by_id = {(choice.kind, choice.site_id): choice for choice in choices if choice.site_id}
    topics = [choice for choice in by_id.values() if choice.kind == "topic"]
    types = [choice for choice in by_id.values() if choice.kind == "type"]
    return [None, *topics, *types]


def address_of(start: str, walked: Filter | None = None, number: int | None = None) -> str:
    """Return the address of a page of a list, from that of the blog."""
    parts = urlsplit(start)
    own = {PAGE_PARAMETER, *PARAMETERS.values()}
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in own]
    if walked is not None:
        query.append((PARAMETERS[walked.kind], walked.site_id or ""))
    if number is not None:
        query.append((PAGE_PARAMETER, str(number)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(query), ""))
