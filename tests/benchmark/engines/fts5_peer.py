"""SQLite FTS5, by "SQLite FTS5 Extension" (sqlite.org/fts5.html): MATCH, bm25() by the `rank` column, snippet().

What is found is put into a temporary table once, with its rank: several times faster than to MATCH anew for each count.
Types and years are counted in one pass, by pairs, of which there are 120, and the total with them; the same pairs give
the counts under filters. Facet values are small numbers, `topics` is WITHOUT ROWID, the file is mapped ("Memory-Mapped
I/O").
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from benchmark.work import FIELDS, HITS, TITLE_WEIGHT, Answer, Question, read_corpus

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
        with_topic, with_others = self._conditions(question)
        grid = run(
            f"SELECT type, year, count(*) FROM found JOIN facets USING (doc){_where(with_topic)} GROUP BY type, year"
        ).fetchall()
        join = " JOIN facets USING (doc)" if with_others else ""
        topics = run(
            f"SELECT topic, count(*) FROM found JOIN topics USING (doc){join}{_where(with_others)} GROUP BY topic"
        ).fetchall()
        best = run(
            f"SELECT doc FROM found{join}{_where([*with_topic, *with_others])} ORDER BY score LIMIT {HITS}"
        ).fetchall()
        hits = [
            run(
                f"SELECT f.id, snippet(docs, -1, '<b>', '</b>', '…', {SNIPPET_TOKENS}) FROM docs, facets f "
                "WHERE docs MATCH ? AND docs.rowid = ? AND f.doc = ?",
                (match, doc, doc),
            ).fetchone()
            for (doc,) in best
        ]
        return *self._read_grid(question, grid), hits, topics

    def _conditions(self, question: Question) -> tuple[list[str], list[str]]:
        """Return the SQL conditions of the chosen topics, and those of the chosen types and years."""
        with_topic, with_others = [], []
        if question.topics:
            chosen = _list(self._numbers["topic"].get(value, -1) for value in question.topics)
            with_topic.append(f"EXISTS (SELECT 1 FROM topics t WHERE t.doc = found.doc AND t.topic IN {chosen})")
        if question.types:
            with_others.append(f"type IN {_list(self._numbers['type'].get(value, -1) for value in question.types)}")
        if question.years:
            with_others.append(f"year BETWEEN {question.years[0]} AND {question.years[1]}")
        return with_topic, with_others

    def _read_grid(self, question: Question, grid: Any) -> tuple[int, Counter[int], Counter[int]]:
        """Return the total and the counts of types and years from how many matches each pair of them has."""
        chosen = {self._numbers["type"].get(value, -1) for value in question.types}
        low, high = question.years or (0, 9999)
        total, types, years = 0, Counter[int](), Counter[int]()
        for kind, year, count in grid:
            has_type, has_year = not chosen or kind in chosen, low <= year <= high
            total += count if has_type and has_year else 0
            types[kind] += count if has_year else 0
            years[year] += count if has_type else 0
        return total, types, years

    def answer(self, raw: Any) -> Answer:
        total, types, years, hits, topics = raw
        counts = {
            "topic": {self._values["topic"][number]: count for number, count in topics},
            "type": {self._values["type"][number]: count for number, count in types.items() if count},
            "year": {str(year): count for year, count in years.items() if count},
        }
        return Answer(total, tuple(doc_id for doc_id, _ in hits), counts, sum("<b>" in text for _, text in hits))

    def close(self) -> None:
        self._db.close()


def _where(conditions: Any) -> str:
    joined = " AND ".join(conditions)
    return f" WHERE {joined}" if joined else ""


def _list(numbers: Any) -> str:
    return f"({', '.join(map(str, numbers))})"
