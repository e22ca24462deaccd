"""More like this: an engine and a digest in; related digests, each with what it shares, out.

A digest is compared with all others by the words that set it apart. Over its N_TERMS most distinctive words t

    score(d) = sum of  idf(t) * sat(t, this digest) * sat(t, d),   plus idf(topic) for each topic that both have
    idf(t)    = ln(1 + (N - n + .5) / (n + .5))                    n of N digests hold t
    sat(t, d) = tf / (tf + K1 * (1 - B + B * length(d) / mean length))

idf and sat are those of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), with this digest as
the question: a word weighs there what it counts here. Text is title, summary and implications together, not the
reference: a shared journal is no shared subject. A topic is a judgement, not an occurrence, so it counts like a word
that could not be more frequent (sat = 1). Cost: the postings of the digest's words, and N_TERMS passes over arrays of N
numbers; nothing is prepared or kept.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer import bitmap
from indexer.analysis import analyse, fold
from indexer.engines.base import Engine
from indexer.kernel import best, keep
from indexer.query import QUESTION_WORDS

TEXTS = ("title", "summary", "implications")
K1, B = 1.5, 0.75  # as in corpus/ranking.toml, of which this is independent: tuning a search must not change relations
N_TERMS = 25  # of some 150 in a digest; Lucene's MoreLikeThis takes as many
SHORTEST = 3  # letters of a distinctive word
SHOWN_WORDS = 4
MIN_WORDS = 3  # fewer shared words without a shared topic are chance: "though, online"
# Beside the question words: words of any prose. In a small index they are rare enough to look distinctive.
PROSE_WORDS = frozenset(
    """
    above according across actually after again against all almost alone along already also although always among
    another around aside away based because become becomes before behind below beside besides between beyond both
    clear clearly despite down during each either enough especially even every everyone everything except few fewer
    find finds first five followed following found four further good half hence however including indeed instead
    itself largely last later latter least less likely made mainly meanwhile more moreover mostly named namely near
    nearly need needed neither never nevertheless next nine none nor not nothing now off often only onto other
    others otherwise out over overall own particular particularly per perhaps possible quite rather recent recently
    reported said same second seem seems several since six soon still taken ten themselves therefore though three
    through throughout thus together toward towards turn two under unless unlike until up upon used using usually
    various way ways well whatever whereas while whole without yet
    """.split()
)
MISCELLANEOUS = "miscellaneous"  # the topic of what has no topic: to share it is to share nothing


@dataclass(frozen=True, slots=True)
class Related:
    """A related digest. `score` is comparable among those of one digest only.

    topics  slugs of shared topics, the rarest first.
    words   shared distinctive words as the other digest's reader meets them here, the weightiest first.
    """

    doc_id: str
    score: float
    topics: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    """Something distinctive of a digest, and what it adds to the score of each document that has it too."""

    shown: str
    is_topic: bool
    docs: NDArray[np.int64]
    values: NDArray[np.float64]

    def value_in(self, doc: int) -> float:
        place = int(self.docs.searchsorted(doc))
        return float(self.values[place]) if place < len(self.docs) and self.docs[place] == doc else 0.0


def find_related(engine: Engine, doc: int, left_out: Sequence[int], n: int) -> list[Related]:
    """Return at most `n` digests that are most like one, by score, equal ones newest first, then doc_id.

    left_out  ordinals that are not wanted, such as the digests of the same month; the digest itself never is.
    A digest without text and topics has none; so has one that shares with no other a topic or MIN_WORDS words.
    """
    n_documents = len(engine.doc_ids)
    shared = [*_topics(engine, doc), *_words(engine, doc)]
    scores, n_words = np.zeros(n_documents), np.zeros(n_documents, dtype=np.int64)
    for part in shared:
        scores[part.docs] += part.values
        n_words[part.docs] += MIN_WORDS if part.is_topic else 1
    wanted = n_words >= MIN_WORDS
    wanted[[doc, *left_out]] = False
    docs, bits = np.flatnonzero(wanted), bitmap.of_flags(wanted)
    likeness = keep(docs, scores[docs], bits, n_documents)
    return [_related(engine.doc_ids[other], other, score, shared) for other, score in best([likeness], [1], bits, n)]


def _related(doc_id: str, doc: int, score: float, shared: Sequence[_Shared]) -> Related:
    held = [(value, part) for part in shared if (value := part.value_in(doc))]
    held.sort(key=lambda entry: -entry[0])  # stable: equal ones in the order of the digest's own weights
    topics = tuple(part.shown for _, part in held if part.is_topic)
    words = tuple(part.shown for _, part in held if not part.is_topic)
    return Related(doc_id, score, topics, words[:SHOWN_WORDS])


def _topics(engine: Engine, doc: int) -> Iterator[_Shared]:
    for topic in engine.terms("topic"):
        docs = engine.postings("topic", topic).docs.astype(np.int64)
        if topic != MISCELLANEOUS and doc in docs:
            yield _Shared(topic, True, docs, np.full(len(docs), _idf(len(engine.doc_ids), len(docs))))


def _words(engine: Engine, doc: int) -> list[_Shared]:
    """Return the most distinctive words of a document, the weightiest first; equal ones by the alphabet."""
    n_documents = len(engine.doc_ids)
    lengths = np.sum([engine.lengths(field).astype(np.float64) for field in TEXTS], axis=0)
    norms = K1 * (1 - B + B * lengths / max(1.0, float(lengths.mean())))
    own, words = _count_words(engine, doc)
    weights = {}
    for term, tf in own.items():
        # to choose, the text that most hold it in is enough, and costs no pass over the documents
        n_holding = max(len(engine.postings(field, term).docs) for field in TEXTS)
        weights[term] = _idf(n_documents, n_holding) * tf / (tf + float(norms[doc]))
    chosen = sorted(weights, key=lambda term: (-weights[term], term))[:N_TERMS]
    shared = []
    for term in chosen:
        frequencies = np.zeros(n_documents)
        for field in TEXTS:
            postings = engine.postings(field, term)
            frequencies[postings.docs] += postings.frequencies
        docs = frequencies.nonzero()[0]
        there, here = frequencies[docs], frequencies[doc]
        weight = _idf(n_documents, len(docs)) * here / (here + norms[doc])
        shared.append(_Shared(words[term], False, docs, weight * there / (there + norms[docs])))
    return shared


def _count_words(engine: Engine, doc: int) -> tuple[Counter[str], dict[str, str]]:
    """Return how often each term stands in a document, and how it is written there most often; question words not."""
    terms: Counter[str] = Counter()
    written: Counter[tuple[str, str]] = Counter()
    for field in TEXTS:
        text = engine.text(doc, field)
        tokens = analyse(text)
        for term, start, end in zip(tokens.terms, tokens.starts, tokens.ends, strict=True):
            word = text[start:end]
            if len(term) >= SHORTEST and term.isalpha() and not is_common(fold(word)):
                terms[term] += 1
                word = word.removesuffix("’s").removesuffix("'s")
                written[term, word.lower() if word[1:].islower() else word] += 1
    shown: dict[str, str] = {}
    for (term, word), _ in sorted(written.items(), key=lambda entry: (-entry[1], entry[0])):
        shown.setdefault(term, word)
    return terms, shown


def is_common(word: str) -> bool:
    """Tell whether a folded word says nothing of a subject."""
    return word in QUESTION_WORDS or word in PROSE_WORDS


def _idf(n_documents: int, n_holding: int) -> float:
    return math.log(1 + (n_documents - n_holding + 0.5) / (n_holding + 0.5))
