"""The lines by which any page of the blog can be read, whatever its markup: months, "Practice Implications", e-mail.

Known from five real pages in text form, October 2017 to December 2022; see docs/architecture.md.
"""

from __future__ import annotations

import re

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH_HEADING = re.compile(
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?,? (20\d\d)",
    re.IGNORECASE,
)
# Seen: "Practice Implications", "Practical Implications" (July 2018), "Practice Implication" (October 2017).
_IMPLICATIONS = r"(?:practice|practical|clinical) implications?"
_IMPLICATIONS_HEADING = re.compile(rf"{_IMPLICATIONS}\s*[:.]?", re.IGNORECASE)
_IMPLICATIONS_RUN_IN = re.compile(rf"({_IMPLICATIONS})\s*:\s+(?=\S)", re.IGNORECASE)
_EMAIL = re.compile(r"author(?:['’]?s)? e-?mails?\b", re.IGNORECASE)
LONGEST_LANDMARK = 200  # characters; an "Author email" line may name several addresses


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
