"""SQLite FTS5, by "SQLite FTS5 Extension" (sqlite.org/fts5.html): MATCH, bm25() by the `rank` column, snippet().

What is found is put into a temporary table once, with its rank; total, top ten and counts are read from there. That is
several times faster than to MATCH anew for each count. Facet values are small numbers, `topics` is WITHOUT ROWID, the
file is mapped ("Memory-Mapped I/O").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.corpus import read_corpus
from benchmark.work import FACETS, FIELDS, HITS, TITLE_WEIGHT, Answer, Question

FILE = "fts5.sqlite"
SCHEMA = f"""
    CREATE VIRTUAL TABLE docs USING fts5({", ".join(FIELDS)}, tokenize = 'porter unicode61');
    INSERT INTO docs(docs, rank) VALUES('rank', 'bm25({TITLE_WEIGHT}, 1.0, 1.0, 1.0)');
    CREATE TABLE facets(doc INTEGER PRIMARY KEY, id TEXT, type INTEGER, year INTEGER);
    CREATE TABLE topics(doc INTEGER, topic INTEGER, PRIMARY KEY (doc, topic)) WITHOUT ROWID;
    CREATE TABLE names(facet TEXT, number INTEGER, value TEXT);
"""
SNIPPET_TOKENS = 40  # about 240 characters
MAP_BYTES = 4 << 30


class Fts5:
    """Ranked by bm25() with the title's weight."""

    @staticmethod
    def version() -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    @staticmethod
    def build(records: Path, folder: Path) -> dict[str, Any]:
        db = sqlite3.connect(folder / FILE)
        db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}")
        numbers: dict[str, dict[str, int]] = {"topic": {}, "type": {}}
        for doc, record in enumerate(read_corpus(records), 1):
            db.execute(
                "INSERT INTO docs(rowid, title, summary, implications, citation) VALUES (?,?,?,?,?)",
                (doc, *(record[field] for field in FIELDS)),
            )
            kind = numbers["type"].setdefault(record["type"], len(numbers["type"]))
            db.execute("INSERT INTO facets VALUES (?,?,?,?)", (doc, record["id"], kind, record["year"]))
            topics = [numbers["topic"].setdefault(value, len(numbers["topic"])) for value in record["topic"]]
            db.executemany("INSERT INTO topics VALUES (?,?)", [(doc, topic) for topic in topics])
        for facet, values in numbers.items():
            db.executemany("INSERT INTO names VALUES (?,?,?)", [(facet, n, value) for value, n in values.items()])
        db.execute("INSERT INTO docs(docs) VALUES ('optimize')")
        db.commit()
        db.execute("ANALYZE")
        db.commit()
        db.close()
        return {}

    def __init__(self, folder: Path) -> None:
        self._db = db = sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)
        db.executescript(
            f"PRAGMA mmap_size = {MAP_BYTES}; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -64000;"
            "CREATE TEMP TABLE found(doc INTEGER PRIMARY KEY, score REAL);"
        )
        self._numbers: dict[str, dict[str, int]] = {"topic": {}, "type": {}}
        for facet, number, value in db.execute("SELECT facet, number, value FROM names"):
            self._numbers[facet][value] = number
        self._values = {facet: {n: value for value, n in names.items()} for facet, names in self._numbers.items()}

    def ask(self, question: Question) -> Any:
        run = self._db.execute
        match = " OR ".join(f'"{word}"' for word in question.words)
        run("DELETE FROM found")
        run("INSERT INTO found SELECT rowid, rank FROM docs WHERE docs MATCH ?", (match,))
        where = self._where(question)
        source = f"found{' JOIN facets USING (doc)' if where else ''}{_and(where.values())}"
        (total,) = run(f"SELECT count(*) FROM {source}").fetchone()
        best = run(f"SELECT doc FROM {source} ORDER BY score LIMIT {HITS}").fetchall()
        counts = [self._count(facet, where) for facet in FACETS]
        hits = [
            run(
                f"SELECT f.id, snippet(docs, -1, '<b>', '</b>', '…', {SNIPPET_TOKENS}) FROM docs, facets f "
                "WHERE docs MATCH ? AND docs.rowid = ? AND f.doc = ?",
                (match, doc, doc),
            ).fetchone()
            for (doc,) in best
        ]
        return total, hits, counts

    def _where(self, question: Question) -> dict[str, str]:
        """Return an SQL condition for each facet in which something is chosen."""
        conditions = {}
        if question.topics:
            chosen = _list(self._numbers["topic"].get(value, -1) for value in question.topics)
            conditions["topic"] = f"EXISTS (SELECT 1 FROM topics t WHERE t.doc = found.doc AND t.topic IN {chosen})"
        if question.types:
            conditions["type"] = f"type IN {_list(self._numbers['type'].get(value, -1) for value in question.types)}"
        if question.years:
            conditions["year"] = f"year BETWEEN {question.years[0]} AND {question.years[1]}"
        return conditions

    def _count(self, facet: str, where: dict[str, str]) -> Sequence[tuple[int, int]]:
        others = [condition for name, condition in where.items() if name != facet]
        join = " JOIN facets USING (doc)" if others or facet != "topic" else ""
        topics = " JOIN topics USING (doc)" if facet == "topic" else ""
        return self._db.execute(
            f"SELECT {facet}, count(*) FROM found{join}{topics}{_and(others)} GROUP BY {facet}"
        ).fetchall()

    def answer(self, raw: Any) -> Answer:
        total, hits, counts = raw
        named = {
            facet: {self._values[facet][n] if facet in self._values else str(n): count for n, count in rows}
            for facet, rows in zip(FACETS, counts, strict=True)
        }
        return Answer(total, tuple(doc_id for doc_id, _ in hits), named, sum("<b>" in text for _, text in hits))

    def close(self) -> None:
        self._db.close()


def _and(conditions: Any) -> str:
    joined = " AND ".join(conditions)
    return f" WHERE {joined}" if joined else ""


def _list(numbers: Any) -> str:
    return f"({', '.join(map(str, numbers))})"
