"""The blog's HTML, read by meaning: block structure, headings, stress, links. No class name of any skin is relied on.

Input: a Page of format "html". Output: its blocks in page order, without what HTML itself calls furniture and without
what lies outside the smallest element that holds all months and "Practice Implications"; and the page's filter lists.
This is the only module that imports bs4 (which parses with lxml: 10,000 nested elements are no trouble to the pair,
while lxml alone stops at a depth of 256).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from indexer.formats.decoding import decode
from indexer.formats.landmarks import is_implications_heading, parse_month, split_run_in_heading
from indexer.model import Block, Filter, Page, Reading

# Elements that run on within a line; every other element begins and ends a block.
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span
    strike strong sub sup time tt u var wbr
    """.split()
)
# Never text of an article, whatever is inside.
INVISIBLE = frozenset(
    """
    audio button canvas datalist head iframe input math noscript object script select style svg template textarea
    title video
    """.split()
)
# Furniture by the meaning of HTML, unless a page (wrongly) keeps its articles in it.
FURNITURE = ("nav", "footer", "aside", "form", "menu", "dialog")
FURNITURE_ROLES = frozenset(
    ["navigation", "contentinfo", "complementary", "banner", "search", "form", "menu", "dialog"]
)
STRESS = frozenset(["b", "strong", "em", "i", "u", "mark", "big", "th", "caption", "dt", "legend"])
BOLD_STYLE = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)", re.IGNORECASE)
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
HEADING = re.compile(r"h[1-6]")

# The filter lists: the heading above them, and the address parameter that holds the choice (seen: ?cat_1=..&cat_2=..).
LIST_HEADINGS = {"type of research": ("type", "cat_1"), "topics": ("topic", "cat_2")}
MARKS = frozenset(["active", "selected", "current", "is-active", "is-selected", "chosen"])


def read_html(page: Page) -> Reading:
    """Return the blocks and filter lists of an HTML page; broken markup is read as browsers would."""
    text, problems = decode(page)
    if text is None:
        return Reading(problems=problems)
    soup = BeautifulSoup(text, "lxml")
    choices, marked = _filter_lists(soup)
    for tag in soup.find_all(_is_furniture):
        if not tag.decomposed and not any(is_implications_heading(_folded(s)) for s in tag.stripped_strings):
            tag.decompose()
    return Reading(tuple(line.block for line in _within_content(list(_lines(soup)))), choices, marked, problems)


# --- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """A block and the element it stands in."""

    block: Block
    container: Tag


@dataclass(slots=True)
class _Pieces:
    """The inline text gathered since the last block boundary: (text, stressed, linked) each."""

    pieces: list[tuple[str, bool, bool]] = field(default_factory=list)

    def add(self, text: str, stressed: bool, linked: bool) -> None:
        self.pieces.append((text, stressed, linked))

    def take(self, level: int) -> Iterator[Block]:
        """Yield the block gathered, if any; two when it begins with a stressed "Practice Implications"."""
        pieces, self.pieces = self.pieces, []
        lead = 0
        while lead < len(pieces) and (pieces[lead][1] or not pieces[lead][0].strip()):
            lead += 1
        if 0 < lead < len(pieces) and is_implications_heading(_joined(pieces[:lead])):
            yield Block(_joined(pieces[:lead]), level, emphasis=True)
            pieces = pieces[lead:]
        text = _joined(pieces)
        if text:
            worded = [piece for piece in pieces if piece[0].strip()]
            stressed, linked = all(p[1] for p in worded), all(p[2] for p in worded)
            for part in split_run_in_heading(text):
                yield Block(part, level, stressed, linked)


def _lines(root: Tag) -> Iterator[_Line]:
    """Yield the blocks below `root` in page order. Walks with a stack: pages may nest deeper than Python recurses."""
    gathered = _Pieces()
    # (node, stressed, linked, heading level, container), or (None, ...) where a block ends
    stack: list[tuple[PageElement | None, bool, bool, int, Tag]] = [(root, False, False, 0, root)]
    while stack:
        node, stressed, linked, level, container = stack.pop()
        if node is None:
            for block in gathered.take(level):
                yield _Line(block, container)
        elif isinstance(node, NavigableString):
            if not isinstance(node, PreformattedString):  # comments, doctypes, CDATA
                in_pre = container.name == "pre"
                for i, text in enumerate(str(node).split("\n") if in_pre else [str(node)]):
                    if i:
                        yield from (_Line(block, container) for block in gathered.take(level))
                    gathered.add(text, stressed, linked)
        elif isinstance(node, Tag) and not _is_invisible(node):
            name = node.name
            is_block = name not in INLINE and ":" not in name  # Word's <o:p> runs on within its line
            stressed_here = stressed or name in STRESS or bool(BOLD_STYLE.search(_attribute(node, "style")))
            level_here = int(name[1]) if HEADING.fullmatch(name) else level
            linked_here = linked or name == "a"
            if is_block:
                yield from (_Line(block, container) for block in gathered.take(level))
                stack.append((None, False, False, level_here, node))
            inner = node if is_block else container
            stack.extend((c, stressed_here, linked_here, level_here, inner) for c in reversed(node.contents))


def _within_content(lines: list[_Line]) -> list[_Line]:
    """Keep the lines inside the smallest element that holds every landmark and the line after each of them."""
    months = [i for i, line in enumerate(lines) if parse_month(line.block.text)]
    archive_free = [i for i in months if not lines[i].block.link]  # a list of links to past months is furniture
    headings = [i for i, line in enumerate(lines) if is_implications_heading(line.block.text)]
    anchors = (archive_free or months) + headings
    if not headings or len(anchors) < 2:
        return lines
    anchors += [i + 1 for i in anchors if i + 1 < len(lines)]
    common = [lines[anchors[0]].container, *lines[anchors[0]].container.parents]
    for i in anchors[1:]:
        container = lines[i].container
        ancestors = {id(container), *(id(parent) for parent in container.parents)}
        common = [tag for tag in common if id(tag) in ancestors]
    content = {id(common[0]), *(id(tag) for tag in common[0].descendants)}
    return [line for line in lines if id(line.container) in content]


def _is_furniture(tag: Tag) -> bool:
    return tag.name in FURNITURE or _attribute(tag, "role").lower() in FURNITURE_ROLES


def _is_invisible(tag: Tag) -> bool:
    return tag.name in INVISIBLE or tag.has_attr("hidden") or bool(HIDDEN_STYLE.search(_attribute(tag, "style")))


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name, "")
    return value if isinstance(value, str) else " ".join(value or ())


def _folded(text: str) -> str:
    return " ".join(text.split())


def _joined(pieces: list[tuple[str, bool, bool]]) -> str:
    return _folded("".join(text for text, _, _ in pieces))


# --- filter lists ----------------------------------------------------------------------------------------------------


def _filter_lists(soup: BeautifulSoup) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """Return (all choices, marked choices) of the lists "Type of Research" and "Topics", above the first month."""
    choices: dict[Filter, None] = {}
    marked: dict[Filter, None] = {}
    under: tuple[str, str] | None = None
    for tag in soup.find_all(True):
        if tag.name == "select":
            under = _list_of_parameter(_attribute(tag, "name")) or under
        if tag.find("a" if tag.name == "a" else True) is not None:
            continue  # innermost elements and whole links only: each text is looked at once
        text = _folded(tag.get_text())
        if parse_month(text) and not tag.find_parent("a") and tag.name != "a":
            break
        under = LIST_HEADINGS.get(text.lower().rstrip(":"), under)
        if under is None or tag.name not in ("a", "option") or not text or text.lower().startswith("all "):
            continue
        kind, parameter = under
        choice = Filter("topic" if kind == "topic" else "type", text, _choice_id(tag, parameter))
        choices[choice] = None
        if _is_marked(tag):
            marked[choice] = None
    return tuple(choices), tuple(marked)


def _list_of_parameter(name: str) -> tuple[str, str] | None:
    return next((entry for entry in LIST_HEADINGS.values() if entry[1] == name), None)


def _choice_id(tag: Tag, parameter: str) -> str | None:
    """Return the blog's id of a choice, from the link's address or the option's value."""
    if tag.name == "option":
        return _attribute(tag, "value") or None
    try:
        values = parse_qs(urlsplit(_attribute(tag, "href")).query).get(parameter)
    except ValueError:
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
    return tag.find(list(STRESS)) is not None
