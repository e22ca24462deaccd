"""The lines by which any page of the blog can be read, whatever its markup: months, "Practice Implications", e-mail.

Input: the text of one block. Output: what it is. The words are those of five real pages in text form, October 2017 to
December 2022; see docs/architecture.md.
"""

from __future__ import annotations

import re

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH_HEADING = re.compile(
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?,? (20\d\d):?",
    re.IGNORECASE,
)
# Seen: "Practice Implications", "Practical Implications" (July 2018), "Practice Implication" (October 2017).
_IMPLICATIONS = r"(?:practice|practical|clinical) implications?"
_IMPLICATIONS_HEADING = re.compile(rf"{_IMPLICATIONS}\s*[:.]?", re.IGNORECASE)
_IMPLICATIONS_RUN_IN = re.compile(rf"({_IMPLICATIONS})(?:\s?[:.–—]|\s-)\s+(?=\S)", re.IGNORECASE)
_EMAIL = re.compile(r"(?:corresponding )?author(?:['’]?s['’]?)? e-?mails?\b", re.IGNORECASE)
LONGEST_LANDMARK = 200  # characters; an "Author email" line may name several addresses

# Names that a table or a definition list gives to the parts of an article; they are not part of its text.
_LABEL = re.compile(r"(title|citation|reference|source|summary|abstract|month|date) ?:?", re.IGNORECASE)
# A line of such words alone, one of the first kind among them, is a button, a pager or the like, wherever it stands.
# With the second kind alone ("First", "Home", "Article 1") it could be a title.
_BUTTON_WORDS = frozenset(
    """
    bookmark comment comments contact disclaimer facebook instagram linkedin menu more newer next older permalink
    pinterest prev previous print privacy reddit rss share sharing sitemap skip subscribe terms top tweet twitter
    whatsapp youtube
    """.split()
)
_FURNITURE_WORDS = _BUTTON_WORDS | frozenset(
    """
    a about accessibility add and archive archives article articles back blog by content continue copy e email first
    follow full home last leave like link mail main map no of on or page pages policy post posts read reading reply save
    search service services site the this to us use via view website x
    """.split()
)
_PAGER = re.compile(r"(?:page )?\d+(?: of \d+)?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_TAGS = re.compile(r"(?:(?:tags?|topics?|categor(?:y|ies)|keywords?|labels?) ?:|filed under\b|posted (?:in|on|by)\b)")
_COPYRIGHT = re.compile(
    r"©|\(c\) ?20\d\d|copyright\b|(?:we|(?:this|our) (?:web ?)?site) uses? cookies\b|.{0,300}\ball rights reserved\b",
    re.IGNORECASE,
)
# "ALL Topics (clear)" on the blog; "- Any -" and "Select..." are what such lists say elsewhere.
_NO_FILTER = re.compile(r"\W*(?:all|any|clear|reset|select)\b", re.IGNORECASE)
_SIDEBAR = frozenset(
    (
        "all topics (clear)|archive|archives|blog archive|categories|recent posts|related posts|search|topics|"
        "type of research"
    ).split("|")
)
_SENTENCE_END = re.compile(r"[.!?]['\"’”)\]]*$")


def parse_month(text: str) -> str | None:
    """Return "2020-07" for a heading such as "July 2020", "JULY, 2020" or "Sept. 2020"; None for any other text."""
    match = _MONTH_HEADING.fullmatch(text) if len(text) < LONGEST_LANDMARK else None
    if match is None:
        return None
    number = next(i for i, name in enumerate(MONTHS, 1) if match.group(1).lower().startswith(name))
    return f"{match.group(2)}-{number:02d}"


def is_implications_heading(text: str) -> bool:
    """Tell whether a block is the heading of the practice implications."""
    return len(text) < LONGEST_LANDMARK and _IMPLICATIONS_HEADING.fullmatch(text) is not None


def split_run_in_heading(text: str) -> tuple[str, ...]:
    """Return ("Practice Implications", rest) for a paragraph that begins "Practice Implications: ...", else (text,)."""
    match = _IMPLICATIONS_RUN_IN.match(text)
    return (match.group(1), text[match.end() :]) if match else (text,)


def is_email_line(text: str) -> bool:
    """Tell whether a block is a line such as "Author email: name@example.org"."""
    return len(text) < LONGEST_LANDMARK and _EMAIL.match(text) is not None


def parse_label(text: str) -> str | None:
    """Return "summary" for a block that only names the part below it, as "Summary:" does in a table; else None."""
    match = _LABEL.fullmatch(text) if len(text) < LONGEST_LANDMARK else None
    return match.group(1).lower() if match else None


def is_furniture_line(text: str) -> bool:
    """Tell whether a block is a button, a pager, a line of tags or a copyright line: never text of an article."""
    if _COPYRIGHT.match(text):
        return True
    if len(text) >= LONGEST_LANDMARK:
        return False
    lowered = text.lower()
    if _TAGS.match(lowered):
        return not ends_like_sentence(text)
    words = set(_WORD.findall(lowered))
    if not words or _PAGER.fullmatch(text):
        return True
    return words <= _FURNITURE_WORDS and not words.isdisjoint(_BUTTON_WORDS)


def is_sidebar_heading(text: str) -> bool:
    """Tell whether a block is the heading of one of the lists that stand beside the articles."""
    return text.lower().rstrip(":") in _SIDEBAR


def is_no_filter(label: str) -> bool:
    """Tell whether an entry of a filter list takes the filter off, as "ALL Topics (clear)" does."""
    return _NO_FILTER.match(label) is not None


def ends_like_sentence(text: str) -> bool:
    """Tell whether a block ends with a full stop, question or exclamation mark, closing quotes aside."""
    return _SENTENCE_END.search(text[-10:]) is not None
