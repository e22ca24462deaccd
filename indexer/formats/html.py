"""The blog's HTML, read by meaning: block structure, headings, stress, links. No class name of any skin is relied on.

Input: a Page of format "html". Output: its blocks in page order, without what HTML itself calls furniture and without
what lies outside the smallest element that holds all months and "Practice Implications"; and the page's filter lists.
This is the only module that imports bs4 (which parses with lxml: 10,000 nested elements are no trouble to the pair,
while lxml alone stops at a depth of 2,048). Every step takes time in proportion to the page, however deep it nests:
no search below or above each single element (`find`, `get_text`, `parents`) without a bound.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from indexer.cleaning import clean
from indexer.formats.decoding import decode
from indexer.formats.landmarks import (
    ends_like_sentence,
    is_email_line,
    is_furniture_line,
    is_implications_heading,
    is_no_filter,
    is_sidebar_heading,
    parse_label,
    parse_month,
    split_run_in_heading,
)
from indexer.model import Block, Filter, Page, Problem, Reading

# Elements that run on within a line; every other element begins and ends a block.
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big button cite code data del dfn em font i ins kbd label mark nobr q s samp small span
    strike strong sub sup time tt u var wbr
    """.split()
)
# Never text of an article, whatever is inside.
INVISIBLE = frozenset(
    """
    audio canvas datalist head iframe input math noscript object script select style svg template textarea title video
    """.split()
)
# A page of six articles has some hundred tags; bs4 takes 20 µs and a kilobyte for each.
MOST_TAGS = 300_000
# Furniture by the meaning of HTML, unless a page keeps its articles in it (ASP.NET: one form around everything).
FURNITURE = frozenset(["nav", "footer", "aside", "form", "menu", "dialog"])
FURNITURE_ROLES = frozenset(
    ["navigation", "contentinfo", "complementary", "banner", "search", "form", "menu", "dialog"]
)
STRESS = frozenset(["b", "strong", "em", "i", "u", "mark", "big", "th", "caption", "dt", "legend"])
BOLD_STYLE = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)", re.IGNORECASE)
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
BLOCK_STYLE = re.compile(r"display\s*:\s*(block|flex|grid|table)", re.IGNORECASE)
HEADING = re.compile(r"h[1-6]")
LONGEST_STYLE = 1000  # characters of a style attribute that are looked at
# Beside the last article, elements of these kinds hold furniture unless an article above has the like.
BOXES = frozenset(["div", "section", "table", "header", "center"])
LONGEST_FURNITURE_LINE = 200  # characters; a paragraph at the end of the page is longer and is kept

# The filter lists: the heading above them, and the address parameter that holds the choice (seen: ?cat_1=..&cat_2=..).
LIST_HEADINGS: dict[str, tuple[Literal["type", "topic"], str]] = {
    "type of research": ("type", "cat_1"),
    "topics": ("topic", "cat_2"),
}
MARKS = frozenset(["active", "selected", "current", "is-active", "is-selected", "chosen"])
CHOICES = frozenset(["a", "option", "li"])
MOST_NODES_OF_A_CHOICE = 20


def read_html(page: Page) -> Reading:
    """Return the blocks and filter lists of an HTML page; broken markup is read as browsers would."""
    text, problems = decode(page)
    if text is None:
        return Reading(problems=problems)
    tags = text.count("<")
    if tags > MOST_TAGS:
        message = f"The page has {tags:,} tags, more than any page of the blog could. Save the page again."
        return Reading(problems=(*problems, Problem("too-many-tags", message, page.path, level="skipped")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # bs4 wonders at XHTML and at pages that are only an address
        soup = BeautifulSoup(text, "lxml")
    choices, marked = _filter_lists(soup)
    lines = [line for line in _lines(soup) if line.furniture is None or line.furniture.holds_articles]
    kept, left_out = _without_end(_within_content(lines))
    if left_out:
        message = (
            f"{len(left_out)} lines after the last digest were taken for page furniture and left out "
            f"('{left_out[0][:60]}'). Check that they are."
        )
        problems = (*problems, Problem("left-out", message, page.path, level="note"))
    return Reading(tuple(line.block for line in kept), choices, marked, problems)


# --- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Furniture:
    """A navigation, footer, form... around lines. It `holds_articles` when a landmark of an article stands inside."""

    outer: _Furniture | None
    holds_articles: bool = False


@dataclass(slots=True)
class _Line:
    """A block, the element it stands in, and the innermost furniture element around that."""

    block: Block
    container: Tag
    furniture: _Furniture | None


@dataclass(frozen=True, slots=True)
class _State:
    """What holds for the text inside an element."""

    container: Tag
    level: int = 0
    stressed: bool = False
    linked: bool = False
    inline: bool = False  # inside an element such as <span>, not directly in its container
    furniture: _Furniture | None = None


@dataclass(slots=True)
class _Pieces:
    """The inline text gathered since the last block boundary, each piece with its state."""

    pieces: list[tuple[str, _State]] = field(default_factory=list)

    def take(self) -> Iterator[_Line]:
        """Yield the line gathered, if any; two when it begins with "Practice Implications" in an element of its own."""
        pieces, self.pieces = self.pieces, []
        while pieces and not pieces[0][0].strip():
            del pieces[0]
        lead = self._length_of_lead(pieces)
        for part, run_in in ((pieces[:lead], True), (pieces[lead:], False)):
            text = _joined(part)
            if lead and not run_in:
                text = text.lstrip(":.–— ")  # "<b>Practice Implications</b>: The study..."
            if not text:
                continue
            state = part[0][1]
            worded = [piece_state for piece, piece_state in part if piece.strip()]
            for line in split_run_in_heading(text):
                stressed = run_in or all(piece_state.stressed for piece_state in worded)
                block = Block(line, state.level, stressed, all(piece_state.linked for piece_state in worded))
                if is_implications_heading(line) or is_email_line(line):
                    outer = state.furniture
                    while outer is not None and not outer.holds_articles:
                        outer.holds_articles, outer = True, outer.outer
                yield _Line(block, state.container, state.furniture)

    @staticmethod
    def _length_of_lead(pieces: list[tuple[str, _State]]) -> int:
        """Return how many pieces make up the run-in heading at the beginning, 0 when there is none."""
        lead = ""
        for number, (text, state) in enumerate(pieces[:-1], 1):
            lead += text
            if not state.inline or len(lead) > LONGEST_FURNITURE_LINE:
                return 0
            heading = " ".join(lead.split())
            if is_implications_heading(heading) or (parse_label(heading) and heading.endswith(":")):
                return number
        return 0


def _lines(root: Tag) -> list[_Line]:
    """Return the lines below `root` in page order. Walks with a stack: pages may nest deeper than Python recurses."""
    lines: list[_Line] = []
    gathered = _Pieces()
    stack: list[tuple[PageElement | None, _State]] = [(root, _State(root))]  # None where a block ends
    while stack:
        node, state = stack.pop()
        if node is None:
            lines += gathered.take()
        elif isinstance(node, NavigableString):
            if isinstance(node, PreformattedString):  # comments, doctypes, CDATA
                continue
            parts = str(node).split("\n") if state.container.name == "pre" else [str(node)]
            gathered.pieces.append((parts[0] + " " * (len(parts) > 1), state))
            for text in parts[1:]:
                lines += gathered.take()
                gathered.pieces.append((text, state))
        elif isinstance(node, Tag) and not _is_invisible(node):
            if node.name == "br" and state.level and not _is_landmark(_joined(gathered.pieces)):
                gathered.pieces.append((" ", state))  # a long title, broken over two lines
                continue
            inner = _inner_state(node, state)
            if not inner.inline:
                lines += gathered.take()
                stack.append((None, state))
            stack.extend((child, inner) for child in reversed(node.contents))
    lines += gathered.take()
    return lines


def _inner_state(tag: Tag, state: _State) -> _State:
    name, style = tag.name, _attribute(tag, "style")[:LONGEST_STYLE]
    runs_on = name in INLINE or ":" in name  # Word's <o:p> runs on within its line
    is_block = not runs_on or bool(BLOCK_STYLE.search(style))
    furniture = state.furniture
    if name in FURNITURE or _attribute(tag, "role").lower() in FURNITURE_ROLES:
        furniture = _Furniture(furniture)
    return _State(
        container=tag if is_block else state.container,
        level=int(name[1]) if HEADING.fullmatch(name) else state.level,
        stressed=state.stressed or name in STRESS or bool(BOLD_STYLE.search(style)),
        linked=state.linked or name == "button" or (name == "a" and tag.has_attr("href")),
        inline=not is_block,
        furniture=furniture,
    )


def _is_invisible(tag: Tag) -> bool:
    return (
        tag.name in INVISIBLE
        or tag.has_attr("hidden")
        or _attribute(tag, "aria-hidden").lower() == "true"
        or bool(HIDDEN_STYLE.search(_attribute(tag, "style")[:LONGEST_STYLE]))
    )


def _is_landmark(text: str) -> bool:
    return parse_month(text) is not None or is_implications_heading(text)


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name, "")
    return value if isinstance(value, str) else " ".join(value or ())


def _folded(text: str) -> str:
    return " ".join(clean(text).split())


def _joined(pieces: Sequence[tuple[str, _State]]) -> str:
    return _folded("".join(text for text, _ in pieces))


# --- the content of the page -----------------------------------------------------------------------------------------


def _within_content(lines: list[_Line]) -> list[_Line]:
    """Keep the lines inside the smallest element that holds every month heading and every "Practice Implications".

    A month in a list of past months, in a trail of links or the like is no heading: a heading looks like one of those
    that stand above digests. Lines after the last digest and after such a list are left out.
    """
    months = [i for i, line in enumerate(lines) if parse_month(line.block.text)]
    implications = [i for i, line in enumerate(lines) if is_implications_heading(line.block.text)]
    if not months or not implications or implications[-1] < months[0]:
        return lines
    last = implications[-1]
    above: set[int] = set()  # the months nearest above "Practice Implications"
    nearest: int | None = None
    for i in sorted([*months, *implications]):
        if i in above or parse_month(lines[i].block.text):
            nearest = i
        elif nearest is not None:
            above.add(nearest)
    shapes = {_shape(lines[i]) for i in above}
    others = {i for i in months if _shape(lines[i]) not in shapes and (lines[i].block.link or not lines[i].block.level)}
    headings = [i for i in months if i not in others]
    end = min((i for i in others if i > last), default=len(lines))
    first, final = headings[0], max(headings[-1], last)
    content = _common_element(lines[first].container, lines[min(final + 1, end - 1)].container)
    inside = {id(content), *(id(tag) for tag in content.descendants if isinstance(tag, Tag))}
    return [line for i, line in enumerate(lines[:end]) if i not in others and id(line.container) in inside]


def _shape(line: _Line) -> tuple[object, ...]:
    block = line.block
    return block.level, block.emphasis, block.link, *_names_upward(line.container)


def _names_upward(tag: Tag) -> list[str]:
    return [tag.name, *(parent.name for parent in islice(tag.parents, 2))]


def _common_element(one: Tag, other: Tag) -> Tag:
    """Return the smallest element around both."""
    around = {id(one), *(id(parent) for parent in one.parents)}
    return next(tag for tag in (other, *other.parents) if id(tag) in around)


def _without_end(lines: list[_Line]) -> tuple[list[_Line], list[str]]:
    """Return the lines without the furniture after the last digest, and the texts left out, plain buttons aside."""
    last = max((i for i, line in enumerate(lines) if is_implications_heading(line.block.text)), default=-1)
    if last < 0 or any(parse_month(line.block.text) for line in lines[last:]):
        return lines, []
    end = _end_of_box(lines, last)
    end = next((i for i in range(last + 2, end) if is_sidebar_heading(lines[i].block.text)), end)
    while end > last + 2 and _is_end_furniture(lines[end - 1]):
        end -= 1
    left_out = [line.block for line in lines[end:]]
    return lines[:end], [block.text for block in left_out if not (block.link or is_furniture_line(block.text))]


def _is_end_furniture(line: _Line) -> bool:
    text = line.block.text
    if is_furniture_line(text):
        return True
    if is_email_line(text) or len(text) > LONGEST_FURNITURE_LINE:
        return False
    in_list = "li" in _names_upward(line.container)
    return line.block.link or not (in_list or ends_like_sentence(text))


def _end_of_box(lines: list[_Line], last: int) -> int:
    """Return the index after the element that holds the last digest, or before the first of an unusual kind."""
    if last == 0:
        return len(lines)
    content = _common_element(lines[0].container, lines[-1].container)
    child_of: dict[int, Tag] = {}  # by any element below `content`: the child of `content` that holds it
    for child in content.contents:
        if isinstance(child, Tag):
            child_of[id(child)] = child
            child_of.update((id(tag), child) for tag in child.descendants if isinstance(tag, Tag))
    boxes = [child_of.get(id(line.container)) for line in lines]
    digest = boxes[last]
    if digest is not None and all(box is digest for box in boxes[last - 1 : last + 2]):
        # An element around the whole digest; only its e-mail line may stand below it.
        end = next((i for i in range(last + 1, len(lines)) if boxes[i] is not digest), len(lines))
        return end + (end < len(lines) and is_email_line(lines[end].block.text))
    usual = {box.name for box in boxes[: last + 2] if box is not None}
    for i, box in enumerate(boxes[last + 2 :], last + 2):
        if box is not None and box.name in BOXES and box.name not in usual:
            return i
    return len(lines)


# --- filter lists ----------------------------------------------------------------------------------------------------


def _filter_lists(soup: BeautifulSoup) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """Return (all choices, marked choices) of the lists "Type of Research" and "Topics", above the first month.

    "ALL Topics" is no choice, but it may be marked: such a page shows that it is not filtered.
    """
    found: list[tuple[Filter, str, bool]] = []  # choice, kind of element, marked
    under: tuple[Literal["type", "topic"], str] | None = None
    for tag in soup.find_all(True):
        if tag.name == "select":
            under = next((e for e in LIST_HEADINGS.values() if e[1] == _attribute(tag, "name")), under)
        text = _text_of_choice(tag)
        if not text:
            continue
        if parse_month(text) and not any(e.name in ("a", "li") for e in (tag, *islice(tag.parents, 3))):
            break
        under = LIST_HEADINGS.get(text.lower().rstrip(":"), under)
        if under is not None and tag.name in CHOICES and text.lower().rstrip(":") not in LIST_HEADINGS:
            kind, parameter = under
            found.append((Filter(kind, text, _choice_id(tag, parameter)), tag.name, _is_marked(tag)))
    choices: dict[Filter, None] = {}
    marked: dict[Filter, None] = {}
    for kind in ("type", "topic"):
        entries = [entry for entry in found if entry[0].kind == kind]
        has_ids = any(choice.site_id for choice, _, _ in entries)
        if has_ids:  # then links without an id lead elsewhere
            entries = [e for e in entries if e[0].site_id or e[1] != "a" or is_no_filter(e[0].label)]
        choices.update((choice, None) for choice, _, _ in entries if not is_no_filter(choice.label))
        if not all(is_marked for _, _, is_marked in entries) or len(entries) == 1:  # all alike: a style, no mark
            marked.update((choice, None) for choice, _, is_marked in entries if is_marked)
    return tuple(choices), tuple(marked)


def _text_of_choice(tag: Tag) -> str:
    """Return the text of an innermost element, link, option or list entry; "" for whatever holds another of these."""
    parts: list[str] = []
    stack: list[PageElement] = list(reversed(tag.contents))
    for _ in range(MOST_NODES_OF_A_CHOICE):
        if not stack:
            return _folded("".join(parts))
        node = stack.pop()
        if isinstance(node, Tag):
            if tag.name not in CHOICES or node.name in CHOICES:
                return ""
            stack.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            parts.append(str(node))
    return ""


def _choice_id(tag: Tag, parameter: str) -> str | None:
    """Return the blog's id of a choice, from the link's address or the option's value."""
    if tag.name == "option":
        return _attribute(tag, "value") or None
    try:
        values = parse_qs(urlsplit(_attribute(tag, "href")).query).get(parameter)
    except ValueError:  # an address that is none, or with a thousand parameters
        return None
    return values[0] if values else None


def _is_marked(tag: Tag) -> bool:
    """Tell whether a choice is shown as chosen: by a state attribute, a state class, or stress around or inside it."""
    if tag.has_attr("selected") or tag.has_attr("checked"):
        return True
    parent = tag.parent
    for element in (tag, parent) if parent is not None and parent.name in ("li", *STRESS) else (tag,):
        if _attribute(element, "aria-current") not in ("", "false") or _attribute(element, "aria-selected") == "true":
            return True
        if MARKS & set(_attribute(element, "class").lower().split()) or element.name in STRESS:
            return True
    return any(isinstance(child, Tag) and child.name in STRESS for child in tag.contents)
