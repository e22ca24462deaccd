"""PPRNet Search itself: the real build from records, and `Searcher.search` as the web page calls it."""

from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmark.work import ROOT, Answer, Question
from indexer import Problem, Results, SearchRequest, open_index

CORPUS = ROOT / "corpus"
READ_PATH = "compiled"


class Plain:
    """Profile `plain`: typed words only, as the peers search."""

    profile = "plain"

    @staticmethod
    def version() -> str:
        return f"pprnet-search {version('pprnet-search')}"

    @staticmethod
    def build(records: Path, folder: Path) -> dict[str, Any]:
        """Build a generation, and add up the CPU time of its two writers: what compiling adds to Whoosh's indexing."""
        from indexer import Config, build_from_records  # not needed by a process that searches

        whoosh, compiling = _timed("WhooshWriter"), _timed("CompilationWriter")
        build_from_records(Config(corpus=CORPUS, index=folder), records, _fail)
        return {"whoosh_cpu_s": sum(whoosh), "compile_cpu_s": sum(compiling)}

    def __init__(self, folder: Path) -> None:
        self._searcher = open_index(folder, CORPUS, READ_PATH)

    def ask(self, question: Question) -> Results:
        low, high = question.years or (None, None)
        return self._searcher.search(
            SearchRequest(
                question.text,
                topics=question.topics,
                types=question.types,
                year_from=low,
                year_to=high,
                profile=self.profile,
            )
        )

    def answer(self, raw: Results) -> Answer:
        counts = {facet.name: {b.value: b.count for b in facet.buckets if b.count} for facet in raw.facets}
        marked = sum(any(fragment.marked for fragment in hit.snippet) for hit in raw.hits)
        return Answer(raw.total, tuple(hit.doc_id for hit in raw.hits), counts, marked)

    def close(self) -> None:
        self._searcher.close()


class Default(Plain):
    """Profile `default`: with synonyms, and whatever else readers get."""

    profile = "default"


def _fail(problem: Problem) -> None:
    raise RuntimeError(problem.message)


def _timed(name: str) -> list[float]:
    """Make a writer of the product note the CPU seconds of each of its calls; return the list they go to."""
    from indexer import engines as product_engines

    writer = getattr(product_engines, name)
    spent: list[float] = []

    class Timed(writer):  # type: ignore[misc, valid-type]
        def add(self, document: object) -> None:
            start = time.process_time()
            super().add(document)
            spent.append(time.process_time() - start)

        def __exit__(self, *error: object) -> None:
            start = time.process_time()
            super().__exit__(*error)
            spent.append(time.process_time() - start)

    setattr(product_engines, name, Timed)
    return spent
