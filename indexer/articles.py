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
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from typing import Literal

from indexer.citation import find_doi, has_broken_doi, is_citation
from indexer.formats.landmarks import (
    ends_like_sentence,
    is_email_line,
    is_furniture_line,
    is_implications_heading,
    parse_label,
    parse_month,
)
from indexer.model import Block, Problem

# The longest real title has 94 characters, the shortest real paragraph 505.
LONGEST_TITLE = 200
# A title stands within two lines of its summary: directly above, or above the reference line.
SUMMARY_WITHIN = 2
# Below this share of capitalised words a line that ends like a sentence is one ("It Depends." is a title).
TITLE_CASE_SHARE = 0.6
# So many months in a row, with nothing between, are a list of past months; two may be a month without digest.
ARCHIVE_LENGTH = 3
DOUBTFUL = "Could be the title of a digest; it was kept as text of the digest above. Check this digest."
SENTENCE = "Taken for the title of a digest because a reference line follows, but it is a sentence. Check this digest."
LEFT_OUT_SHOWN = 60  # characters of a text that a message quotes

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
    "skipped"; so does an article without summary. Buttons, pagers and copyright lines are left out wherever they stand.
    """
    blocks = _without_archives(_month_first(_without_furniture(blocks)))
    kinds = [_kind(block) for block in blocks]
    problems: list[Problem] = []
    if "month" not in kinds:
        if "implications" in kinds:
            message = (
                "It holds digests but no month heading such as 'July 2020', so they cannot be filed. Add the heading."
            )
        else:
            message = (
                "No month heading such as 'July 2020' was found: this is no page of the blog, or it was cut off. "
                "Save the page again, or leave it out."
            )
        return [], [Problem("no-month", message, path, level="skipped")]
    first_month = kinds.index("month")
    if "implications" in kinds[:first_month]:
        message = (
            "Text with 'Practice Implications' stands above the first month heading and was left out. Add its month."
        )
        problems.append(Problem("no-month", message, path, level="skipped"))
    blocks, kinds = blocks[first_month:], kinds[first_month:]

    titles, doubts = _find_titles(blocks, kinds)
    problems += [Problem("doubtful-title", message, path, blocks[i].text) for i, message in doubts]
    drafts: list[Draft] = []
    starts = sorted({*titles, *(i for i, kind in enumerate(kinds) if kind == "month"), len(blocks)})
    links_left_out: list[str] = []
    month = ""
    for start, stop in pairwise(starts):
        if start in titles:
            lines = _without_links(list(zip(blocks[start:stop], kinds[start:stop], strict=True)), links_left_out)
            draft, found = _read_article(month, lines, path)
            problems += found
            drafts += [draft] if draft else []
            continue
        month = parse_month(blocks[start].text) or month
        if stop - start > 1:  # text directly under a month heading that is no title
            lost = f"{blocks[start + 1].text[:LEFT_OUT_SHOWN]}..."
            message = f"Under '{blocks[start].text}' text without a title was left out ('{lost}'). Check the page."
            problems.append(Problem("no-title", message, path, level="skipped"))
        elif stop not in titles:
            message = f"No digest was found under the heading '{blocks[start].text}'. Check that the page is complete."
            problems.append(Problem("empty-month", message, path))
    if links_left_out:
        message = f"{len(links_left_out)} lines that are only links, such as '{links_left_out[0]}', were left out."
        problems.append(Problem("links", message, path, level="note"))
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
    return f"{month}-{slug_of(title)}"


def slug_of(text: str) -> str:
    """Return the slug of a title or label, as `article_id` has it; never empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")
    return slug or sha256(text.encode()).hexdigest()[:12]


# --- what is no text of an article -----------------------------------------------------------------------------------


def _without_furniture(blocks: Sequence[Block]) -> list[Block]:
    """Leave out buttons ("Share this"), pagers, copyright lines, and names of parts ("Summary:") above such parts."""
    rest: list[Block] = []
    for block in blocks:
        if block.link and find_doi(block.text) and rest and is_citation(rest[-1].text):
            rest[-1] = replace(rest[-1], text=f"{rest[-1].text} {block.text}")  # the reference's own line for its DOI
        elif not is_furniture_line(block.text):
            rest.append(block)
    return [block for i, block in enumerate(rest) if not _names_part_below(rest, i)]


def _names_part_below(blocks: Sequence[Block], i: int) -> bool:
    """Tell whether a block is the name of the next one: "Title" may well be a title, above anything but a title."""
    label = parse_label(blocks[i].text)
    if label is None or i + 1 == len(blocks):
        return False
    below = _kind(blocks[i + 1])
    if label == "title":
        return below == "short" and _looks_like_title(blocks[i + 1].text)
    if label in ("summary", "abstract"):
        return below in ("short", "long") and i > 0 and _kind(blocks[i - 1]) != "month"
    return below == ("month" if label in ("month", "date") else "citation")


def _month_first(blocks: list[Block]) -> list[Block]:
    """Put each month above the title when the page has it below: a title with its date under it.

    Only where markup shows titles, and all months stand so: else a page that lost a title would get a wrong one.
    """
    months = [i for i, block in enumerate(blocks) if parse_month(block.text)]
    if not all(i and _has_markup(blocks[i - 1]) and _kind(blocks[i - 1]) == "short" for i in months):
        return blocks
    if not all(_kind(block) in ("citation", "long") for i in months for block in blocks[i + 1 : i + 2]):
        return blocks
    for i in months:
        blocks[i - 1], blocks[i] = blocks[i], blocks[i - 1]
    return blocks


def _has_markup(block: Block) -> bool:
    return bool(block.level) or block.emphasis or block.link


def _without_archives(blocks: list[Block]) -> list[Block]:
    """Leave out lists of past months, but for a last one that stands above "Practice Implications", as headings do."""
    kept: list[Block] = []
    run: list[Block] = []
    heads_digests = False
    for block in reversed(blocks):
        if parse_month(block.text):
            run.append(block)
            continue
        kept += _headings_of(run, heads_digests)
        heads_digests = is_implications_heading(block.text) or (heads_digests and not run)
        run = []
        kept.append(block)
    kept += _headings_of(run, heads_digests)
    return kept[::-1]


def _headings_of(run: list[Block], heads_digests: bool) -> list[Block]:
    return run if len(run) < ARCHIVE_LENGTH else run[:1] if heads_digests else []


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


# --- titles ----------------------------------------------------------------------------------------------------------


def _find_titles(blocks: Sequence[Block], kinds: Sequence[Kind]) -> tuple[set[int], list[tuple[int, str]]]:
    """Return the indexes of the titles, and (index, what is doubtful) for lines that may or may not be one."""
    heads = _heads_of_digests(kinds)
    sure = {i for i in range(1, len(blocks)) if _is_sure_title(blocks, kinds, i, heads)}
    doubts = [(i, SENTENCE) for i in sure if kinds[i - 1] != "month" and not _looks_like_title(blocks[i].text)]
    signature = _distinct_signature(blocks, kinds, sure)
    if signature is None:
        titles, found = _add_bare_titles(blocks, kinds, sure)
        return titles, sorted(doubts + found)
    titles = set(sure)
    styled = {i for i, kind in enumerate(kinds) if kind == "short" and _signature(blocks[i]) == signature}
    bounds = sorted({*sure, *styled, *(i for i, kind in enumerate(kinds) if kind == "month"), len(kinds)})
    for i, following in pairwise(bounds):
        if i not in styled or i in sure:
            continue
        if i + 1 in styled:  # two headings in a row: the second is the title
            doubts.append((i, DOUBTFUL))
        elif signature[0]:  # a heading, whatever follows it
            titles |= {i} if kinds[i + 1 : i + 2] not in ([], ["month"], ["email"]) else set()
        elif "long" in kinds[i + 1 : i + 1 + SUMMARY_WITHIN]:  # bold type, which paragraphs may begin with too
            if "implications" in kinds[i:following] or _is_title_case(blocks[i].text):
                titles.add(i)
            else:
                doubts.append((i, DOUBTFUL))
    return titles, sorted(doubts)


def _heads_of_digests(kinds: Sequence[Kind]) -> list[bool]:
    """Tell for each index whether "Practice Implications" comes below it before the next reference line or month."""
    heads = [False] * len(kinds)
    heads_digest = False
    for i in range(len(kinds) - 1, -1, -1):
        heads[i] = heads_digest
        if kinds[i] == "implications":
            heads_digest = True
        elif kinds[i] in ("citation", "month"):
            heads_digest = False
    return heads


def _is_sure_title(blocks: Sequence[Block], kinds: Sequence[Kind], i: int, heads: Sequence[bool]) -> bool:
    """A short line above a reference line, or the first line of a month, with a summary close below."""
    if kinds[i] != "short":
        return False
    above_reference = kinds[i + 1 : i + 2] == ["citation"]
    if kinds[i - 1] != "month" and not (above_reference and blocks[i].text[-1] not in ":;,"):
        return False
    following = kinds[i + 1 : i + 1 + SUMMARY_WITHIN]
    if following[:1] == ["long"] or following == ["citation", "long"]:
        return True
    # A short paragraph is a summary when the implications follow: "Further reading" has a reference below it too.
    below = i + 1 + above_reference
    return kinds[below : below + 1] == ["short"] and ends_like_sentence(blocks[below].text) and heads[below]


def _signature(block: Block) -> tuple[int, bool]:
    return block.level, block.emphasis


def _distinct_signature(blocks: Sequence[Block], kinds: Sequence[Kind], sure: set[int]) -> tuple[int, bool] | None:
    """Return the heading level and stress that titles have on this page, when paragraphs do not have them."""
    counts = Counter(_signature(blocks[i]) for i in sorted(sure))
    paragraphs = {_signature(block) for block, kind in zip(blocks, kinds, strict=True) if kind == "long"}
    common = [signature for signature, _ in counts.most_common() if signature not in {*paragraphs, (0, False)}]
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
    for heading, following in pairwise([*headings, len(kinds)]):
        stop = next((i for i in range(heading + 1, following) if i in sure or kinds[i] == "month"), following)
        candidates = [i for i in range(heading + 2, stop - 1) if kinds[i] == "short" and kinds[i + 1] == "long"]
        likely = [i for i in candidates if _looks_like_title(blocks[i].text)]
        if stop < following or following == len(kinds):  # no title is missing here
            doubts += [(i, DOUBTFUL) for i in likely]
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
    """A title does not end like a sentence, or else is a question or written in Title Case ("It Depends.")."""
    return text.endswith("?") or _is_title_case(text)


def _is_title_case(text: str) -> bool:
    """Tell whether a text does not end like a sentence, or has capitals like a title."""
    if not ends_like_sentence(text) and text[-1] not in ":;,":
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    return bool(words) and _capitalised_words(text) >= TITLE_CASE_SHARE * len(words)


def _capitalised_words(text: str) -> int:
    return sum(1 for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3 and word[0].isupper())


# --- one article -----------------------------------------------------------------------------------------------------


def _without_links(lines: list[tuple[Block, Kind]], left_out: list[str]) -> list[tuple[Block, Kind]]:
    """Leave out short lines that are only a link ("Read the study") below the title; `left_out` gets their texts.

    All stay where even paragraphs are links.
    """
    if any(block.link for block, kind in lines if kind == "long"):
        return lines
    kept = lines[:1]
    for block, kind in lines[1:]:
        if kind == "short" and block.link:
            left_out.append(block.text)
        else:
            kept.append((block, kind))
    return kept


def _read_article(month: str, lines: list[tuple[Block, Kind]], path: str) -> tuple[Draft | None, list[Problem]]:
    """Return the article that starts with the title `lines[0]` and fills `lines`, or None when it has no summary."""
    draft = Draft(lines[0][0].text, month)
    problems: list[Problem] = []
    paragraphs = draft.summary
    for block, kind in lines[1:]:
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
    return draft, [*problems, *find_gaps(draft, path)]


GAPS = ("no-implications", "no-citation", "malformed-doi")  # the codes of `find_gaps`


def find_gaps(draft: Draft, path: str) -> list[Problem]:
    """Return what an article lacks, as it stands on a page or as its record has it."""
    gaps = []
    if not draft.implications:
        message = "This digest has no practice implications. Check that the page is complete."
        gaps.append(Problem("no-implications", message, path, draft.title))
    if draft.citation is None:
        gaps.append(Problem("no-citation", "This digest has no reference line.", path, draft.title, level="note"))
    elif has_broken_doi(draft.citation):
        message = "Its reference line holds something like a DOI that is none. Correct its doi in overrides.toml."
        gaps.append(Problem("malformed-doi", message, path, draft.title))
    return gaps
