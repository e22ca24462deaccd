"""The live generation of an index folder, as the web page holds it. Index folder in; a `LiveGeneration` out.

`pprsearch build` switches the folder's pointer while we serve. Every request asks `LiveIndex.current()`, which compares
the pointer with what is open and opens the new generation first; a request that has begun keeps the one it got.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

from indexer import (
    Article,
    Config,
    PprSearchError,
    Related,
    RunReport,
    Searcher,
    SearchRequest,
    StoreError,
    current_name,
    open_index,
    pointer_stamp,
    read_run,
)
from webui.pages.cards import month_name

MAX_IN_SITEMAP = 45_000  # digests; the format allows 50,000 addresses, topics and months are some of them
MAX_RECORDS = 5000  # kept in memory per generation, about 25 MB, and as many cards; others are read again

# Questions as clinicians ask them. The start page offers the first three that find digests with all their words.
EXAMPLES = (
    "does therapist burnout make patients worse?",
    "video therapy alliance",
    "how do I repair a rupture?",
    "why do clients drop out?",
    "depression psychotherapy",
    "side effects of psychotherapy",
)
N_EXAMPLES = 3


class LiveGeneration:
    """One open generation, and what is worth keeping as long as it is live. Safe to share between threads."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        weakref.finalize(self, searcher.close)  # when the last request that holds it has ended
        self.is_sample = searcher.generation.source == "sample"
        self.n_digests: int = searcher.generation.manifest["articles"]
        newest = searcher.search(SearchRequest(size=1)).hits
        self.newest = newest[0].month if newest else None  # month of the newest digest, "2022-05"
        self.newest_name = month_name(self.newest)
        self.record: Callable[[str], Article] = lru_cache(maxsize=MAX_RECORDS)(searcher.records.article)
        # remembered(make, doc_id, ...) gives make(the article, what gives labels, ...), made when first asked for
        self.remembered: Callable[..., Any] = lru_cache(maxsize=MAX_RECORDS)(
            lambda make, doc_id, *key: make(searcher.records.article(doc_id), searcher.label, *key)
        )
        self.related: Callable[[str], list[Related]] = lru_cache(maxsize=MAX_RECORDS)(searcher.more_like)
        self.examples = tuple(question for question in EXAMPLES if self._finds(question))[:N_EXAMPLES]
        # The name alone does not tell: a folder that was removed and made anew counts from 000001 again.
        entry = searcher.generation.folder.stat()
        self._stamp = (entry.st_ino, entry.st_mtime_ns)

    @cached_property
    def capture_dates(self) -> list[tuple[str, str]]:
        """The id and the day of the newest capture, or "", of as many of the newest digests as a sitemap may name."""
        return self.searcher.records.capture_dates(self.searcher.newest_ids(MAX_IN_SITEMAP))

    @cached_property
    def run(self) -> RunReport:
        """The report of the run that made this generation; InputError when it cannot be read."""
        return read_run(self.searcher.generation.folder)

    def is_unchanged(self) -> bool:
        """Tell whether the generation's folder is still the one that was opened."""
        try:
            entry = self.searcher.generation.folder.stat()
        except OSError:
            return False
        return (entry.st_ino, entry.st_mtime_ns) == self._stamp

    def _finds(self, question: str) -> bool:
        return self.searcher.search(SearchRequest(question, match="all", size=1)).total > 0


class LiveIndex:
    """The index folder of a configuration; opens its live generation when first asked, and again when it changed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._held: LiveGeneration | None = None
        self._refused: str | None = None  # name of a generation that could not be opened
        self._stamp: tuple[int, int] | None = None  # of the pointer when it was read last, and named one of these two

    def current(self) -> LiveGeneration:
        """Return the live generation. Costs one `stat` while the pointer stays the same.

        A new generation that cannot be opened is reported in the log, once, and the one before serves on while its
        folder is there. Without one, every call tries anew: StoreError or ConfigError, as `open_index` gives them.
        """
        held = self._held
        if held is not None and self._is_live(held):
            return held
        # While one thread opens the new generation, the others serve the one before.
        if not self._lock.acquire(blocking=held is None or not held.is_unchanged()):
            assert held is not None
            return held
        try:
            if self._held is None or not self._is_live(self._held):
                self._held = self._reopen(self._held)
            return self._held
        finally:
            self._lock.release()

    def _is_live(self, held: LiveGeneration) -> bool:
        stamp = pointer_stamp(self._config.index)
        if stamp is not None and stamp == self._stamp:
            return True
        try:
            name = current_name(self._config.index)
        except StoreError:
            return False
        if name is None or name not in (held.searcher.generation.name, self._refused) or not held.is_unchanged():
            return False
        self._stamp = stamp
        return True

    def _reopen(self, held: LiveGeneration | None) -> LiveGeneration:
        name = None
        try:
            name = current_name(self._config.index)
            opened = LiveGeneration(open_index(self._config.index, self._config.corpus))
        except PprSearchError as error:
            if held is None or name is None or not held.is_unchanged():
                self._held = None
                raise
            logging.getLogger(__name__).error("The index before serves on; the new one cannot be used: %s", error)
            self._refused = name
            return held
        self._refused = None
        return opened
