"""The ledger: what a run must know that no capture says. Which digests are gone, and which captures are set aside.

Input: the ledger of the live generation, the articles of all captures, the walks of the blog. Output: the articles that
stay, and the next ledger. Each generation keeps its own (`ledger.json`), so that a switch, a rollback and a kill change
records and ledger together.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from indexer.errors import IndexDamagedError
from indexer.model import Article, Page, Walk

LEDGER = "ledger.json"
WITHIN_ARCHIVE = re.compile(
    r"(.+?\.(?:warc|warc\.gz|wacz))#.*", re.IGNORECASE
)  # a saved page's own name may hold "#" too


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A digest that is gone, by its last id; its address answers with the reason.

    reason  one sentence for readers and librarians.
    at      ISO 8601 time: when the librarian removed it, or when the walk that lacks it ended.
    by      "librarian": it stays removed whatever captures show; "walk": a newer capture that shows it brings it back.
    """

    doc_id: str
    title: str
    month: str | None
    former_ids: tuple[str, ...]
    reason: str
    at: str
    by: Literal["librarian", "walk"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A capture that a rollback undid: it lies in `corpus/pages` and is not read until `update` names it.

    run  name of the generation that was undone.   at  ISO 8601 time of the rollback.
    """

    path: str
    sha256: str
    run: str
    at: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Tombstones by id, captures by path."""

    tombstones: tuple[Tombstone, ...] = ()
    set_aside: tuple[SetAside, ...] = ()

    def tombstone(self, doc_id: str) -> Tombstone | None:
        """Return the tombstone of an id, or of the digest that once had it."""
        return self.by_id().get(doc_id)

    def by_id(self) -> dict[str, Tombstone]:
        """Return the tombstones by every id that their digests had."""
        return {doc_id: stone for stone in self.tombstones for doc_id in (*stone.former_ids, stone.doc_id)}

    def is_set_aside(self, item: Page | Walk) -> bool:
        """Tell whether a page, or the file that a walk was saved in, was set aside."""
        if isinstance(item, Page):
            return any(item.sha256 == one.sha256 and item.path == one.path for one in self.set_aside)
        return any(file_of(item.path) == file_of(one.path) for one in self.set_aside)

    def take_back(self, paths: Iterable[str]) -> Ledger:
        """Return the ledger without the captures in some files of `corpus/pages`."""
        named = set(paths)
        kept = [one for one in self.set_aside if one.path not in named and file_of(one.path) not in named]
        return dataclasses.replace(self, set_aside=tuple(kept))

    def with_tombstone(self, stone: Tombstone) -> Ledger:
        """Return the ledger with one more tombstone."""
        stones = sorted((*self.tombstones, stone), key=lambda stone: stone.doc_id)
        return dataclasses.replace(self, tombstones=tuple(stones))

    def without_tombstone(self, doc_id: str) -> Ledger:
        """Return the ledger without the tombstone of an id."""
        gone = self.tombstone(doc_id)
        return dataclasses.replace(self, tombstones=tuple(stone for stone in self.tombstones if stone != gone))


def file_of(path: str) -> str:
    """Return the file of a page: one within an archive is called `NAME.warc.gz#OFFSET`."""
    return WITHIN_ARCHIVE.sub(r"\1", path)


# --- what is gone ----------------------------------------------------------------------------------------------------


def bury(
    articles: Sequence[Article], walks: Iterable[Walk], captures: Iterable[str], before: Ledger
) -> tuple[frozenset[str], Ledger]:
    """Return the ids of the articles that are gone, and the ledger that says why.

    What a librarian removed stays removed, under whatever id the captures now give it. What a walk lacks is gone by
    that walk alone, so it is back as soon as a newer capture or walk shows it. An article without any capture left has
    no part in this: its tombstone, if it has one, stays as it is.
    captures  sha256 of every page that was read.
    """
    missing = gone_by_walks(articles, walks, captures)
    stone_of = before.by_id()
    stones: list[Tombstone] = []
    gone: set[str] = set()
    answered: set[Tombstone] = set()
    for article in articles:
        found = next(filter(None, map(stone_of.get, (article.id, *article.former_ids))), None)
        if found:
            answered.add(found)
        if found and found.by == "librarian":
            stones.append(_renewed(found, article))
        elif article.id in missing:
            walk = missing[article.id]
            reason = f"The walk of the whole list of {walk.finished_at[:10]} did not find it on the blog any more."
            stones.append(_renewed(Tombstone("", "", None, (), reason, walk.finished_at, "walk"), article))
        else:
            continue
        gone.add(article.id)
    stones += [stone for stone in before.tombstones if stone not in answered]
    stones.sort(key=lambda stone: stone.doc_id)
    return frozenset(gone), Ledger(tuple(stones), before.set_aside)


def gone_by_walks(articles: Iterable[Article], walks: Iterable[Walk], captures: Iterable[str]) -> dict[str, Walk]:
    """Return the articles that the newest complete walk of the unfiltered list proves to be gone, by id.

    They are on none of its pages, and no capture of them is as new as its end. A walk one of whose pages is not among
    the captures proves nothing; nor does a capture that no longer shows an article, because lists shift.
    """
    whole = [walk for walk in walks if walk.filter is None and walk.is_complete]
    if not whole:
        return {}
    newest = max(whole, key=lambda walk: walk.finished_at)
    seen = set(newest.page_sha256s)
    if not seen <= set(captures):
        return {}
    return {
        article.id: newest
        for article in articles
        if article.captures
        and all(capture.sha256 not in seen for capture in article.captures)
        and max(capture.fetched_at or "" for capture in article.captures) < newest.finished_at
    }


def _renewed(stone: Tombstone, article: Article) -> Tombstone:
    """Return a tombstone under the id that the captures now give the article; its older ids lead there."""
    ids = dict.fromkeys((*article.former_ids, stone.doc_id, *stone.former_ids))
    former_ids = tuple(doc_id for doc_id in ids if doc_id not in ("", article.id))
    return dataclasses.replace(
        stone, doc_id=article.id, title=article.title, month=article.month, former_ids=former_ids
    )


# --- kept in the generation ------------------------------------------------------------------------------------------


def render_ledger(ledger: Ledger) -> dict[str, Any]:
    """Return the ledger as JSON holds it: {"tombstones": [{...}], "set_aside": [{...}]}, the fields by their names."""
    return dataclasses.asdict(ledger)


def read_ledger(folder: Path) -> Ledger:
    """Return the ledger of the generation in a folder; IndexDamagedError when it cannot be read."""
    path = folder / LEDGER
    try:
        record: Mapping[str, Any] = json.loads(path.read_bytes())
        stones = [Tombstone(**{**stone, "former_ids": tuple(stone["former_ids"])}) for stone in record["tombstones"]]
        return Ledger(tuple(stones), tuple(SetAside(**one) for one in record["set_aside"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"{path} is missing or damaged ({error}).") from error
