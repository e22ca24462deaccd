"""bm25s, by its README (github.com/xhluca/bm25s): `tokenize`, `index`, `save`/`load`, `get_scores`; Numba backend.

It knows one text a document, and neither fields, filters, facets nor snippets: the fields are joined, the rest is
written here: numpy on the same rows of bits that we use ourselves, and one regular expression for the snippet. The
scores of all documents come from one `get_scores`: `retrieve` would compute them and throw them away.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import Stemmer

from benchmark.work import FACETS, FIELDS, HITS, SNIPPET_CHARS, Answer, Question, read_corpus

TEXTS, COLUMNS = "texts.json", "facets.npz"


class Bm25s:
    """Ranked by Lucene's BM25 over all fields joined."""

    @staticmethod
    def version() -> str:
        return f"bm25s {version('bm25s')}, numba {version('numba')}, PyStemmer {version('PyStemmer')}"

    @staticmethod
    def build(records: Path, folder: Path) -> dict[str, Any]:
        texts, values = [], []
        retriever = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="numba")
        joined = []
        for record in read_corpus(records):
            joined.append("\n\n".join(record[field] for field in FIELDS))
            texts.append((record["id"], record["title"], record["summary"], record["implications"]))
            values.append({"topic": record["topic"], "type": [record["type"]], "year": [str(record["year"])]})
        tokens = bm25s.tokenize(joined, stopwords=None, stemmer=Stemmer.Stemmer("english"), show_progress=False)
        retriever.index(tokens, show_progress=False)
        retriever.save(folder, show_progress=False)
        (folder / TEXTS).write_text(json.dumps(texts), encoding="utf-8")
        columns: dict[str, Any] = {}
        for facet in FACETS:
            names = sorted({value for row in values for value in row[facet]})
            flags = np.array([[name in row[facet] for row in values] for name in names])
            columns[f"{facet}_names"], columns[f"{facet}_rows"] = np.array(names), _pack(flags)
        np.savez(folder / COLUMNS, **columns)
        return {}

    def __init__(self, folder: Path) -> None:
        self._retriever = bm25s.BM25.load(folder, show_progress=False)
        self._texts = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
        columns = np.load(folder / COLUMNS)
        self._names = {facet: columns[f"{facet}_names"].tolist() for facet in FACETS}
        self._rows = {facet: columns[f"{facet}_rows"] for facet in FACETS}
        stemmer = Stemmer.Stemmer("english")
        self._stem = lru_cache(maxsize=200_000)(stemmer.stemWord)

    def ask(self, question: Question) -> Any:
        stems = [self._stem(word.lower()) for word in question.words]
        known = [stem for stem in stems if stem in self._retriever.vocab_dict]
        n = len(self._texts)
        scores = self._retriever.get_scores(known) if known else np.zeros(n, dtype=np.float32)
        matched = _pack(scores > 0)
        filters = self._filters(question)
        counts = {}
        for facet in FACETS:
            under = matched
            for name, bits in filters.items():
                if name != facet:
                    under = under & bits
            counts[facet] = np.bitwise_count(self._rows[facet] & under).sum(axis=1).tolist()
        for bits in filters.values():
            matched = matched & bits
        if filters:
            scores = scores * np.unpackbits(matched.view(np.uint8), count=n, bitorder="little")
        total = int(np.bitwise_count(matched).sum())
        wanted = min(HITS, total)
        best = np.argpartition(scores, n - wanted)[n - wanted :] if 0 < wanted < n else np.arange(wanted)
        best = best[np.argsort(-scores[best])].tolist()
        pattern = re.compile(rf"\b(?:{'|'.join(_beginning(stem) for stem in stems)})\w*", re.I)
        return total, [(*self._texts[doc][:2], _snippet(pattern, self._texts[doc][2:])) for doc in best], counts

    def _filters(self, question: Question) -> dict[str, Any]:
        chosen: dict[str, Any] = {"topic": question.topics, "type": question.types, "year": ()}
        if question.years:
            chosen["year"] = tuple(str(year) for year in range(question.years[0], question.years[1] + 1))
        rows = {}
        for facet, values in chosen.items():
            if values:
                picked = [i for i, name in enumerate(self._names[facet]) if name in values]
                rows[facet] = np.bitwise_or.reduce(self._rows[facet][picked], axis=0)
        return rows

    def answer(self, raw: Any) -> Answer:
        total, hits, counts = raw
        named = {f: {v: c for v, c in zip(self._names[f], counts[f], strict=True) if c} for f in FACETS}
        return Answer(total, tuple(doc_id for doc_id, *_ in hits), named, sum("<b>" in text for *_, text in hits))

    def close(self) -> None:
        del self._retriever


def _pack(flags: Any) -> Any:
    """Return flags as rows of 64 bit words."""
    packed = np.packbits(flags, axis=-1, bitorder="little")
    padding = [(0, 0)] * (packed.ndim - 1) + [(0, -packed.shape[-1] % 8)]
    return np.pad(packed, padding).view(np.uint64)


def _beginning(stem: str) -> str:
    """Return what words of a stem begin with: stems replace a final y by i."""
    return re.escape(stem[:-1] if len(stem) > 3 and stem[-1] == "i" else stem)


def _snippet(pattern: re.Pattern[str], parts: list[str]) -> str:
    """Return the stretch of text with most of the words, marked; the first of equals."""
    best, most = "", 0
    for text in parts:
        starts = [match.start() for match in pattern.finditer(text)]
        last = 0
        for first, start in enumerate(starts):
            while last < len(starts) and starts[last] < start + SNIPPET_CHARS:
                last += 1
            if last - first > most:
                most, best = last - first, text[start : start + SNIPPET_CHARS]
    return pattern.sub(r"<b>\g<0></b>", best)
