"""Step 4 of 8, its first question: which articles of different captures are versions of one and the same?

Input: every appearance of every article, by the id it has there. Output: groups of ids, each one digest, and pairs of
digests that are alike and yet two. The answer depends on the set of captures, never on their order.

**What is decided.** Appearances with one id (month and title) are one digest. Two ids are versions of one digest, whose
title or month changed between captures, when no capture shows both of them, their DOIs do not contradict each other,
and

- their texts are nearly the same, and one more thing is: the study, the month, the title (nearly), or the page; or
- their study is the same (though the text was rewritten), and they stand on the same page, which shows the same month.

Everything else stays two digests: what stands side by side on a capture is two, whatever it looks like; so is the same
study digested anew for another month, and so are nearly equal texts about different DOIs. A pair that is left as two
although texts or studies agree is returned, because a librarian should know of it.

Texts: nearly the same as `indexer.likeness` has it. Study: the DOI, else the printed reference. Page: the same address;
for captures without one, the same file name (lists shift every month, hence "which shows the same month").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from indexer.articles import Draft, slug_of
from indexer.citation import find_doi
from indexer.likeness import NEARLY_SAME, Sketch, Text, keys_of, may_be_alike, runs_of, share_of, text_of
from indexer.model import Capture, Filter

# "Video therapy" -> "Video-therapy and the alliance" is less alike; one changed word of five or more is more.
NEARLY_SAME_TITLE = 0.8
# In a crowd (a thousand digests of one study), each is compared with so many that follow it by id, not with all.
MOST_COMPARED = 16
# "july (1).html" is what a browser calls a second "july.html".
COPY_NUMBER = re.compile(r"[ _-]*\(\d+\)$")

Likeness = Literal["near-duplicate", "same-study"]


@dataclass(frozen=True, slots=True)
class Appearance:
    """One article on one page: the `number`th of that page from 0, with what the page proves for it."""

    draft: Draft
    capture: Capture
    filters: tuple[Filter, ...]
    number: int
    sketch: Sketch


class Alike(NamedTuple):
    """Two digests, by an id of each, `earlier` before `later`, and in what they are alike."""

    earlier: str
    later: str
    likeness: Likeness


def newest_first(appearances: Iterable[Appearance]) -> list[Appearance]:
    """Order by `fetched_at` (absent is oldest), then sha256, then path; twice on one page, the upper one first."""
    upper_first = sorted(appearances, key=lambda item: item.number)
    return sorted(upper_first, key=lambda item: _age(item.capture), reverse=True)


def _age(capture: Capture) -> tuple[str, str, str]:
    return capture.fetched_at or "", capture.sha256, capture.path


def group_versions(appearances: Mapping[str, Sequence[Appearance]]) -> tuple[list[tuple[str, ...]], list[Alike]]:
    """Return the ids of each digest, newest first, ordered by that; and the pairs that are alike and yet two.

    Every id is in one group. Cost: 60 microseconds an id, and 1 millisecond a pair that shares a study or much text.
    """
    months: dict[Capture, set[str]] = defaultdict(set)
    for items in appearances.values():
        for item in items:
            months[item.capture].add(item.draft.month)
    places = {capture: {(_page_of(capture), month) for month in shown} for capture, shown in months.items()}
    versions = {key: _version(key, appearances[key], places) for key in sorted(appearances)}
    groups = {key: _Group([key], set(version.captures), set(version.dois)) for key, version in versions.items()}
    likenesses = _compare(versions)
    likest_first = sorted(likenesses.items(), key=lambda item: (-item[1].share, not item[1].same_study, item[0]))
    for (one, other), found in likest_first:
        if found.is_one:
            _unite(groups, one, other)
    newest = {key: max(_age(item.capture) for item in items) for key, items in appearances.items()}
    distinct = {id(group): group for group in groups.values()}.values()
    names = [tuple(sorted(sorted(group.ids), key=lambda key: newest[key], reverse=True)) for group in distinct]
    alike = [
        Alike(one, other, "near-duplicate" if found.share >= NEARLY_SAME else "same-study")
        for (one, other), found in sorted(likenesses.items())
        if groups[one] is not groups[other]
    ]
    return sorted(names), alike


# --- groups ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    ids: list[str]
    captures: set[Capture]
    dois: set[str]


def _unite(groups: dict[str, _Group], one: str, other: str) -> None:
    """Make one group of two, unless a capture shows members of both or their DOIs contradict each other."""
    large, small = sorted((groups[one], groups[other]), key=lambda group: len(group.ids), reverse=True)
    if large is small or not large.captures.isdisjoint(small.captures) or _contradict(large.dois, small.dois):
        return
    large.ids += small.ids
    large.captures |= small.captures
    large.dois |= small.dois
    for key in small.ids:
        groups[key] = large


def _contradict(dois: set[str] | frozenset[str], others: set[str] | frozenset[str]) -> bool:
    return bool(dois) and bool(others) and dois.isdisjoint(others)


# --- pairs of versions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Version:
    """Everything that is known of one id. `places`: the pages it stands on, each with every month shown there."""

    month: str
    title: str
    texts: frozenset[Text]
    sketches: frozenset[Sketch]
    dois: frozenset[str]
    studies: frozenset[str]
    captures: frozenset[Capture]
    places: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a comparison found: `share` of all runs of words that are in both texts."""

    share: float
    same_study: bool
    is_one: bool


def _version(key: str, appearances: Sequence[Appearance], places: Mapping[Capture, set[tuple[str, str]]]) -> _Version:
    drafts = [item.draft for item in appearances]
    dois = {line: find_doi(line) for line in {draft.citation for draft in drafts if draft.citation}}
    captures = frozenset(item.capture for item in appearances)
    return _Version(
        drafts[0].month,
        key.removeprefix(drafts[0].month),
        frozenset(text_of(draft) for draft in drafts),
        frozenset(item.sketch for item in appearances),
        frozenset(doi for doi in dois.values() if doi),
        frozenset(doi or slug_of(line) for line, doi in dois.items()),
        captures,
        frozenset().union(*(places[capture] for capture in captures)),
    )


def _page_of(capture: Capture) -> str:
    """Return what captures of one page have in common."""
    try:
        address = urlsplit(capture.url or "")
    except ValueError:  # "http://[" is no address
        address = urlsplit("")
    if address.netloc:
        return f"{address.netloc.lower()}{address.path.rstrip('/')}?{address.query}"
    name = PurePosixPath(capture.path)
    as_given = name.stem.removesuffix(f"-{capture.sha256[:8]}")  # what `indexer.captures` adds to a name that is taken
    return COPY_NUMBER.sub("", as_given) + name.suffix


def _compare(versions: Mapping[str, _Version]) -> dict[tuple[str, str], _Found]:
    """Return every pair of ids with nearly the same text or the same study, the earlier id first."""
    known_runs = lru_cache(maxsize=1000)(runs_of)  # pairs come by their first id, so few texts are needed again
    found = {}
    pairs = [(one, other) for one, other in _pairs(versions) if _is_worth_a_look(versions[one], versions[other])]
    for one, other in sorted(pairs):
        a, b = versions[one], versions[other]
        same_study = not a.studies.isdisjoint(b.studies)
        share = max(share_of(known_runs(text), known_runs(other_text)) for text in a.texts for other_text in b.texts)
        is_near = share >= NEARLY_SAME
        if is_near or same_study:
            found[one, other] = _Found(share, same_study, _is_one(a, b, same_study, is_near))
    return found


def _pairs(versions: Mapping[str, _Version]) -> set[tuple[str, str]]:
    """Return the pairs that meet: those that share a study or a key of their sketches."""
    crowds: dict[str | tuple[int, int, int], list[str]] = defaultdict(list)
    for key, version in versions.items():  # in the order of ids
        for study in version.studies:
            crowds[study].append(key)
        for meeting in {meeting for sketch in version.sketches for meeting in keys_of(sketch)}:
            crowds[meeting].append(key)
    return {
        (one, other)
        for crowd in crowds.values()
        for i, one in enumerate(crowd)
        for other in crowd[i + 1 : i + 1 + MOST_COMPARED]
    }


def _is_worth_a_look(a: _Version, b: _Version) -> bool:
    """Tell of a pair that met whether it may be more than two strangers that quote the same sentence."""
    if not a.studies.isdisjoint(b.studies):
        return True
    return any(may_be_alike(sketch, other) for sketch in a.sketches for other in b.sketches)


def _is_one(a: _Version, b: _Version, same_study: bool, is_near: bool) -> bool:
    """Decide by the rule at the top of this file, what captures show side by side and DOIs apart."""
    if not is_near:
        return not a.places.isdisjoint(b.places)
    if same_study or a.month == b.month:
        return True
    if not {page for page, _ in a.places}.isdisjoint(page for page, _ in b.places):
        return True
    return SequenceMatcher(None, a.title, b.title, autojunk=False).ratio() >= NEARLY_SAME_TITLE
