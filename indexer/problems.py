"""Every code that a `Problem` can have: what it means and what a librarian does about it.

Input: the problems of a run. Output: the table, and with `--strict` the error that stops a run with warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from indexer.errors import InputError
from indexer.model import Level, Problem


class Code(NamedTuple):
    """`level` as in `Problem`; `meaning` and `remedy` are one sentence each."""

    level: Level
    meaning: str
    remedy: str


# In the order of the data's way: files, text, pages, digests, corrections, the index.
CODES: dict[str, Code] = {
    "missing": Code("skipped", "A path that was named does not exist.", "Check the path."),
    "no-pages": Code("skipped", "A folder or archive holds no page.", "Put pages into it, or name another one."),
    "not-a-page": Code("skipped", "A file that was named is of no known format.", "Rename it or leave it out."),
    "unreadable": Code("skipped", "A file or folder cannot be read.", "Check its name and permissions."),
    "too-large": Code("skipped", "A file is larger than a page may be.", "Split it, or raise max_page_mb."),
    "empty": Code("skipped", "A file or capture is empty.", "Save the page again."),
    "same-file": Code("note", "The same capture was met twice and read once.", "Nothing."),
    "damaged-capture": Code("skipped", "A web archive is damaged or cut off.", "Fetch or download it again."),
    "odd-walk": Code("warning", "The record of a walk in a web archive cannot be used.", "Fetch again."),
    "not-text": Code("skipped", "A file is binary.", "Save the page as UTF-8."),
    "wrong-encoding": Code("skipped", "A file is not in the encoding it claims.", "Save the page as UTF-8."),
    "guessed-encoding": Code("warning", "A page was read as windows-1252.", "Check its accents and quotes."),
    "garbled": Code("warning", "Letters were damaged before the page was saved.", "Save the page again as UTF-8."),
    "text-repaired": Code("warning", "Control characters were replaced or left out.", "Check its accents and quotes."),
    "too-many-tags": Code("skipped", "A page has more tags than any page of the blog.", "Save the page again."),
    "left-out": Code("note", "Lines below the last digest were taken for furniture.", "Look at the lines named."),
    "no-text": Code("skipped", "A page holds no text.", "Save the page again."),
    "filter-conflict": Code("warning", "A page's address and its marked filter disagree.", "Save the page again."),
    "past-the-end": Code("note", "A numbered page shows another list than its address asks for.", "Nothing."),
    "unknown-label": Code("warning", "The blog has a topic or type that topics.toml lacks.", "Add it there."),
    "no-month": Code("skipped", "Text stands under no month heading.", "Add the heading, or save the page again."),
    "empty-list": Code("note", "A page of the blog lists no digest under its topic or type.", "Nothing."),
    "not-the-blog": Code("note", "A page in a web archive is none of the blog's lists.", "Nothing."),
    "no-article": Code("skipped", "A page holds no digest.", "Check that it is a page of the blog, and complete."),
    "no-title": Code("skipped", "Text without a title stands under a month.", "Check the page."),
    "empty-month": Code("warning", "A month heading has no digest below it.", "Check that the page is complete."),
    "links": Code("note", "Lines that are only links were left out.", "Nothing."),
    "more-problems": Code("warning", "A page has more than a hundred problems.", "Check the page."),
    "doubtful-title": Code("warning", "A line may be the title of a digest, or not.", "Check this digest."),
    "no-summary": Code("skipped", "A digest without summary was left out.", "Check that the page is complete."),
    "no-implications": Code("warning", "A digest has no practice implications.", "Check that the page is complete."),
    "no-citation": Code("note", "A digest has no reference line.", "Nothing, or add its citation in overrides.toml."),
    "malformed-doi": Code("warning", "A reference holds a DOI that is none.", "Correct its doi in overrides.toml."),
    "short-text": Code("note", "A digest has fewer than 40 words.", "Check that the page is complete."),
    "future-month": Code("warning", "A digest's month is after its capture.", "Correct its month in overrides.toml."),
    "conflict": Code(
        "warning", "Captures of one digest differ; the newest was taken.", "Check it; correct it in overrides.toml."
    ),
    "moved": Code("note", "A digest's title or month changed; the former address leads to it.", "Nothing."),
    "near-duplicate": Code("warning", "Two digests have nearly the same text.", "Check whether they are one digest."),
    "same-study": Code("note", "Two digests are about the same study.", "Nothing."),
    "overridden": Code("note", "A librarian's correction was carried out.", "Nothing."),
    "unused-override": Code("warning", "A correction had nothing to correct.", "Correct or remove it."),
    "former-id-taken": Code(
        "warning", "A former address of one digest is now that of another.", "Check the corrections of both."
    ),
    "bad-record": Code("skipped", "A line of a records file is no record.", "Mend the line."),
    "ledger-lost": Code(
        "warning", "What was removed and set aside could not be read from the live index.", "Check that list."
    ),
}


def refuse_warnings(problems: Iterable[Problem]) -> None:
    """Raise InputError when one is no mere note, for `--strict`: each code, how often it came, and the remedy."""
    counts = Counter(problem.code for problem in problems if problem.level != "note")
    if counts:
        found = [f"{code} ({n}): {CODES[code].meaning} {CODES[code].remedy}" for code, n in sorted(counts.items())]
        head = "Nothing was switched, because --strict allows no warning. The lines above name each of these:"
        raise InputError("\n    ".join([head, *found]))
