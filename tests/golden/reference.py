"""The digests of the five real pages, read from their text by hand-made lists alone, not by the code under test.

Input: ../shared/pages and ../shared/judgments, beside the repository; absent in a plain clone. Output: `Digest`s.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from skins import Digest

SHARED = Path(__file__).resolve().parents[3] / "shared"
MONTH = re.compile(r"[A-Z][a-z]+ 20\d\d")
LAST_TOPIC = "- Treatment Length and Frequency"
HEADINGS = ("Practice Implications", "Practical Implications", "Practice Implication")
HEADER_LINES = 43  # "Blog", description, "This month...", teaser, 2 headings, "ALL Topics" and 36 topics


def rows() -> list[dict[str, str]]:
    """The judged list of the 29 articles: id, month, title, pages, has_citation, doi."""
    with (SHARED / "judgments" / "articles.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def text_pages() -> list[Path]:
    return sorted((SHARED / "pages").glob("*.txt"))


def digests_of(page: Path) -> list[Digest]:
    """Cut a text page at its months and at the titles that `articles.tsv` names."""
    by_title = {row["title"]: row for row in rows()}
    lines = [" ".join(line.split()) for line in page.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert lines[HEADER_LINES - 1] == LAST_TOPIC
    digests: list[Digest] = []
    month, parts = "", []
    for line in [*lines[HEADER_LINES:], "End 2000"]:
        if line in by_title or MONTH.fullmatch(line):
            digests += [_digest(month, parts, by_title[parts[0]]["has_citation"] == "yes")] if parts else []
            parts = [line] if line in by_title else []
            month = line if line not in by_title else month
        else:
            parts.append(line)
    return digests


def _digest(month: str, parts: list[str], has_citation: bool) -> Digest:
    heading = next(i for i, line in enumerate(parts) if line in HEADINGS)
    email = parts[-1] if parts[-1].startswith("Author email") else None
    return Digest(
        month,
        parts[0],
        parts[1] if has_citation else None,
        tuple(parts[1 + has_citation : heading]),
        parts[heading],
        tuple(parts[heading + 1 : len(parts) - bool(email)]),
        email,
    )
