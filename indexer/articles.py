"""Step 3 of 8. Blocks of a page -> drafts of its articles, and problems as values.

The grammar of a page, known from five real ones: furniture, then for each month its heading and per article

    title, [reference line], summary paragraphs, "Practice Implications", paragraphs, ["Author email: ..."]

Text pages carry no markup, so a title is known by what follows it (a reference line, or within two lines a long
paragraph); HTML pages add headings and bold type. Doubtful cases are reported, never split in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Literal

from indexer.citation import is_citation
from indexer.formats.landmarks import is_email_line, is_implications_heading, parse_month
from indexer.model import Block, Problem

# The longest real title has 94 characters, the shortest real paragraph 505.
LONGEST_TITLE = 200
# A title stands within two lines of its summary: directly above, or above the reference line.
SUMMARY_WITHIN = 2
SENTENCE_END = re.compile(r"[.!;:,]['\"’”)]*$")
# Below this share of capitalised words a line that ends like a sentence is one ("It Depends." is a title).
TITLE_CASE_SHARE = 0.6
# After the last article only: pagers, "Back to top", copyright lines and the like.
PAGER = re.compile(r"[\W\d_]*((next|previous|prev|first|last|page|of|older|newer|posts?)\b[\W\d_]*)*", re.IGNORECASE)
COPYRIGHT = re.compile(r"©|\ball rights reserved\b|\bcopyright\b", re.IGNORECASE)

Kind = Literal["month", "implications", "email", "citation", "long", "short"]


@dataclass(slots=True)
class Draft:
    """One article as it stands on one page, before ids, topics and merging."""

    title: str
    month: str
    citation: str | None = None
    summary: list[str] = field(default_factory=list)
    implications: list[str] = field(default_factory=list)
    email: str | None = None


def parse_articles(blocks: Sequence[Block], path: str) -> tuple[list[Draft], list[Problem]]:
    """Return the articles of one page in page order, and what a librarian should know about them.

    Everything before the first month is furniture. A page without month or without article gives a Problem of level
    "skipped"; so does an article without summary. Furniture after the last article is left out.
    """
    kinds = [_kind(block) for block in blocks]
    problems: list[Problem] = []
    if "month" not in kinds:
        if "implications" in kinds:
            message = (
                "It holds digests but no month heading such as 'July 2020', so they cannot be filed. Add the heading."
            )
        else:
            message = "No month heading such as 'July 2020' was found: this is no page of the blog, or it was cut off."
        return [], [Problem("no-month", message, path, level="skipped")]
    first_month = kinds.index("month")
    if "implications" in kinds[:first_month]:
        message = (
            "Text with 'Practice Implications' stands above the first month heading and was left out. Add its month."
        )
        problems.append(Problem("no-month", message, path, level="skipped"))
    blocks, kinds = blocks[first_month:], kinds[first_month:]
    end = _end_of_articles(blocks, kinds)
    blocks, kinds = blocks[:end], kinds[:end]

    titles, doubts = _find_titles(blocks, kinds)
    problems += [Problem("doubtful-title", message, path, blocks[i].text) for i, message in doubts]
    drafts: list[Draft] = []
    starts = sorted({*titles, *(i for i, kind in enumerate(kinds) if kind == "month"), len(blocks)})
    month = ""
    for start, stop in pairwise(starts):
        if start in titles:
            draft, found = _read_article(month, blocks[start:stop], kinds[start:stop], path)
            problems += found
            drafts += [draft] if draft else []
            continue
        month = parse_month(blocks[start].text) or month
        if stop - start > 1:  # text directly under a month heading that is no title
            lost = f"{blocks[start + 1].text[:60]}..."
            message = f"Under '{blocks[start].text}' text without a title was left out ('{lost}'). Check the page."
            problems.append(Problem("no-title", message, path, level="skipped"))
        elif stop not in titles and not blocks[start].link:
            message = f"No digest was found under the heading '{blocks[start].text}'. Check that the page is complete."
            problems.append(Problem("empty-month", message, path))
    if not drafts:
        message = "No digest was found on the page. Check that it is a page of the blog and complete."
        problems.append(Problem("no-article", message, path, level="skipped"))
    return drafts, problems


def article_id(month: str, title: str) -> str:
    """Return `YYYY-MM-slug`: NFKD to ASCII, lower case, runs of other characters than a-z0-9 become one hyphen.

    A title without any such character (say, in Greek) gets the first 12 digits of its SHA-256 instead of a slug.

    >>> article_id("2020-10", "What are Patients’ Experiences of Psychological Therapy?")
    '2020-10-what-are-patients-experiences-of-psychological-therapy'
    """
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-")
    return f"{month}-{slug or sha256(title.encode()).hexdigest()[:12]}"


# --- kinds of blocks -------------------------------------------------------------------------------------------------


def _kind(block: Block) -> Kind:
    if parse_month(block.text):
        return "month"
    if is_implications_heading(block.text):
        return "implications"
    if is_email_line(block.text):
        return "email"
    if is_citation(block.text):
        return "citation"
    return "short" if len(block.text) <= LONGEST_TITLE else "long"


def _end_of_articles(blocks: Sequence[Block], kinds: Sequence[Kind]) -> int:
    """Return the index after the last block that belongs to an article; what follows is furniture of the page."""
    end = len(blocks)
    while end and _is_furniture(blocks[end - 1], kinds[end - 1]):
        end -= 1
    return end


def _is_furniture(block: Block, kind: Kind) -> bool:
    if kind == "month":
        return block.link
    if kind != "short":
        return False
    text = block.text
    return block.link or (not SENTENCE_END.search(text) and not text.endswith("?")) or bool(COPYRIGHT.search(text))


# --- titles ----------------------------------------------------------------------------------------------------------


def _find_titles(blocks: Sequence[Block], kinds: Sequence[Kind]) -> tuple[set[int], list[tuple[int, str]]]:
    """Return the indexes of the titles, and (index, what is doubtful) for lines that may or may not be one."""
    sure = {i for i in range(len(blocks)) if _is_sure_title(blocks, kinds, i)}
    signature = _distinct_signature(blocks, kinds, sure)
    if signature is None:
        return _add_bare_titles(blocks, kinds, sure)
    styled = [i for i, kind in enumerate(kinds) if kind == "short" and _signature(blocks[i]) == signature]
    return sure | {i for i in styled if i + 1 not in styled and "long" in kinds[i + 1 : i + 1 + SUMMARY_WITHIN]}, []


def _is_sure_title(blocks: Sequence[Block], kinds: Sequence[Kind], i: int) -> bool:
    """A short line above a reference line, or the first line of a month, with a summary close below."""
    if kinds[i] != "short" or not _summary_follows(kinds, i):
        return False
    above_reference = kinds[i + 1] == "citation" and _looks_like_title(blocks[i].text)
    return above_reference or kinds[i - 1] == "month"


def _summary_follows(kinds: Sequence[Kind], i: int) -> bool:
    """Tell whether a long paragraph comes within two lines, with at most a reference line between."""
    following = kinds[i + 1 : i + 1 + SUMMARY_WITHIN]
    return following[:1] == ["long"] or following == ["citation", "long"]


def _signature(block: Block) -> tuple[int, bool]:
    return block.level, block.emphasis


def _distinct_signature(blocks: Sequence[Block], kinds: Sequence[Kind], sure: set[int]) -> tuple[int, bool] | None:
    """Return the heading level and stress that titles have on this page, when paragraphs do not have them."""
    counts = Counter(_signature(blocks[i]) for i in sure)
    paragraphs = {_signature(block) for block, kind in zip(blocks, kinds, strict=True) if kind == "long"}
    common = [signature for signature, _ in counts.most_common() if signature not in paragraphs]
    return common[0] if common else None


def _add_bare_titles(
    blocks: Sequence[Block], kinds: Sequence[Kind], sure: set[int]
) -> tuple[set[int], list[tuple[int, str]]]:
    """Find titles that only their place gives away: in text pages, articles without a reference line.

    Between one "Practice Implications" and the next there must be a title. Where none is sure, the candidates are short
    lines directly above a long paragraph and below at least one paragraph of implications.
    """
    titles, doubts = set(sure), []
    headings = [i for i, kind in enumerate(kinds) if kind == "implications"]
    for heading, following in zip(headings, [*headings[1:], len(kinds)], strict=True):
        bounds = [i for i in range(heading + 1, following) if i in sure or kinds[i] == "month"]
        stop = bounds[0] if bounds else following
        candidates = [i for i in range(heading + 2, stop - 1) if kinds[i] == "short" and kinds[i + 1] == "long"]
        likely = [i for i in candidates if _looks_like_title(blocks[i].text)]
        if bounds or following == len(kinds):  # no title is missing here
            doubts += [(i, "Could be the title of a digest; it was kept as text of the digest above.") for i in likely]
        elif likely:
            best = max(likely, key=lambda i: (_capitalised_words(blocks[i].text), -i))
            titles.add(best)
            if len(likely) > 1:
                doubts.append((best, "Taken for a title, but other lines near it could be one. Check this digest."))
        else:
            message = "Two 'Practice Implications' follow each other without a title between. Check the text there."
            doubts.append((candidates[0] if candidates else heading, message))
    return titles, doubts


def _looks_like_title(text: str) -> bool:
    """A title does not end like a sentence, or else is written in Title Case."""
    if not SENTENCE_END.search(text):
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    return bool(words) and _capitalised_words(text) >= TITLE_CASE_SHARE * len(words)


def _capitalised_words(text: str) -> int:
    return sum(1 for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3 and word[0].isupper())


# --- one article -----------------------------------------------------------------------------------------------------


def _read_article(
    month: str, blocks: Sequence[Block], kinds: Sequence[Kind], path: str
) -> tuple[Draft | None, list[Problem]]:
    """Return the article that starts with the title `blocks[0]` and fills `blocks`, or None when it has no summary."""
    draft = Draft(blocks[0].text, month)
    problems: list[Problem] = []
    paragraphs = draft.summary
    for block, kind in zip(blocks[1:], kinds[1:], strict=True):
        if kind == "implications":
            if paragraphs is draft.implications:
                message = "A second 'Practice Implications' was found in this digest. Check that it is one digest."
                problems.append(Problem("doubtful-title", message, path, draft.title))
            paragraphs = draft.implications
        elif kind == "email" and draft.email is None:
            draft.email = block.text
        elif kind == "citation" and draft.citation is None and paragraphs is draft.summary:
            draft.citation = block.text
        else:
            paragraphs.append(block.text)
    if not draft.summary:
        message = "This digest has no summary and was left out. Check that the page is complete."
        return None, [Problem("no-summary", message, path, draft.title, level="skipped")]
    if not draft.implications:
        message = "This digest has no practice implications. Check that the page is complete."
        problems.append(Problem("no-implications", message, path, draft.title))
    if draft.citation is None:
        problems.append(Problem("no-citation", "This digest has no reference line.", path, draft.title, level="note"))
    return draft, problems
