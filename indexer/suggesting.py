"""Suggestions while a reader types: the beginning of a question in; topics, titles and words that go on like it, out.

They come from the digests alone, never from what others asked. Every word typed must stand in what is suggested, the
last one as the beginning of a word; case, accents and apostrophes do not matter. What is needed for it is read from the
engine when the first suggestion is asked for.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Literal

from indexer.analysis import analyse, distinct_words, fold, stem
from indexer.engines.base import Engine
from indexer.similar import is_common
from indexer.spelling import Speller

MAX_ITEMS = 8
MAX_TOPICS = 3
MAX_TITLES = 4  # so that at least one word is seen beside topics and titles
MAX_TYPED = 200  # characters; who typed more is not helped by a list
MAX_LOOKED_AT = 300  # newest titles with the rarest of several words; a title takes 15 microseconds
AFTER_ANY_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Completion:
    """One suggestion. `text` is raw.

    kind   "topic": `target` is its slug, `count` its digests.   "title": `target` is a doc_id, `month` its month.
           "term": `text` is the question with its last word completed; `target` is "".
    """

    kind: Literal["topic", "title", "term"]
    text: str
    target: str = ""
    count: int = 0
    month: str | None = None


class Suggester:
    """Suggests from one generation. Safe to share between threads.

    topics   slug -> label.
    speller  has the words of the newest digests: the terms come from there.
    """

    def __init__(self, engine: Engine, topics: Mapping[str, str], speller: Speller) -> None:
        self._engine = engine
        self._topic_labels = topics
        self._speller = speller

    def suggest(self, typed: str) -> list[Completion]:
        """Return at most MAX_ITEMS: topics by number of digests, titles newest first, words by number of digests.

        Nothing when no word was typed. Cost: some milliseconds; the first time a pass over all titles, and over the
        texts that spelling reads too.
        """
        typed = typed[:MAX_TYPED]
        tokens = analyse(typed, "names")
        if not len(tokens):
            return []
        before, last = tokens.terms[:-1], tokens.terms[-1]
        found = [*islice(self._topics(before, last), MAX_TOPICS), *islice(self._titles(before, last), MAX_TITLES)]
        if tokens.ends[-1] == len(typed):  # behind a blank a new word begins, and nothing is known of it
            start = typed[: tokens.starts[-1]]
            words = (Completion("term", start + word) for word in self._words(last))
            found += islice(words, MAX_ITEMS - len(found))
        return found

    def _topics(self, before: Sequence[str], last: str) -> Iterator[Completion]:
        return (topic for words, topic in self._all_topics if _fits(words, before, last))

    @cached_property
    def _all_topics(self) -> list[tuple[list[str], Completion]]:
        """The words and the suggestion of each topic, that of the most digests first."""
        topics = [
            Completion("topic", label, slug, len(self._engine.postings("topic", slug).docs))
            for slug, label in self._topic_labels.items()
        ]
        topics.sort(key=lambda topic: (-topic.count, topic.text, topic.target))
        return [(analyse(topic.text, "names").terms, topic) for topic in topics]

    def _titles(self, before: Sequence[str], last: str) -> Iterator[Completion]:
        words, docs = self._title_words
        found: Iterator[int]
        if before:
            rarest = min((self._docs_with(word) for word in before), key=len)
            looked_at = islice(rarest, MAX_LOOKED_AT)
            found = (doc for doc in looked_at if _fits(analyse(self._title(doc), "names").terms, before, last))
        else:
            places = range(bisect_left(words, last), bisect_left(words, last + AFTER_ANY_LETTER))
            ranges = (docs[place][:MAX_TITLES] for place in places if not is_common(words[place]))
            newest = set(chain.from_iterable(ranges))
            found = iter(heapq.nsmallest(MAX_TITLES, newest))
        for doc in found:
            yield Completion("title", self._title(doc), self._engine.doc_ids[doc], month=self._engine.months[doc])

    def _docs_with(self, word: str) -> Sequence[int]:
        words, docs = self._title_words
        place = bisect_left(words, word)
        return docs[place] if place < len(words) and words[place] == word else ()

    def _title(self, doc: int) -> str:
        return self._engine.text(doc, "title")

    @cached_property
    def _title_words(self) -> tuple[list[str], list[array[int]]]:
        """The words of all titles, folded, ascending, and the ordinals of the titles with each, newest first."""
        docs: dict[str, array[int]] = {}
        for doc in range(len(self._engine.doc_ids)):
            for word in {fold(word) for word in distinct_words(self._title(doc))}:
                docs.setdefault(word, array("i")).append(doc)
        words = sorted(docs)
        return words, [docs[word] for word in words]

    def _words(self, last: str) -> Iterator[str]:
        """Yield words that begin with what was typed, as they stand in the texts; of words with one stem the first."""
        lexicon, words = self._speller.lexicon, self._sorted_words
        longer = words[bisect_left(words, last) : bisect_left(words, last + AFTER_ANY_LETTER)]
        # of each stem there are a few forms, so this many are enough
        likely = heapq.nsmallest(MAX_ITEMS * 4, longer, key=lambda word: (-lexicon.documents[word], word))
        seen = {stem(last)} if last in lexicon.documents else set()
        for word in likely:
            if not is_common(word) and stem(word) not in seen:
                seen.add(stem(word))
                yield lexicon.shown[word]

    @cached_property
    def _sorted_words(self) -> list[str]:
        return sorted(self._speller.lexicon.documents)


def _fits(words: Sequence[str], before: Sequence[str], last: str) -> bool:
    """Tell whether each word typed before is one of the words, and the last one begins one that has a meaning."""
    if not all(word in words for word in before):
        return False
    return any(word.startswith(last) and not is_common(word) for word in words)
