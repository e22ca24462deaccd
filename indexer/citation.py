"""Step 3 of 8, helper of articles: a reference line as printed -> `Citation` (authors, year, title, journal, DOI).

Input: one block of a page. Output: what can be read from it without guessing; a doubtful boundary gives None.
The forms are those of APA style, 6th and 7th edition, as typed on the blog: often a full stop or comma short.
Every function takes any string, never raises, and does bounded work: a line beyond its limit is left unread.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer.model import Citation

# APA 7 prints up to 20 authors, about 400 characters; the longest reference of the five known pages has 330 in all.
MAX_REFERENCE_CHARS = 2_000
# Twice the longest query (10,000 characters): a DOI further on is not looked for.
MAX_DOI_TEXT_CHARS = 20_000

# "10.1037/pst0000172"; a prefix has 4 to 9 digits. No registered suffix comes near 200 characters.
_DOI = re.compile(r"(?<![\d.])10\.[0-9]{4,9}/[^\s\"“”]{1,200}+(?![^\s\"“”])")
# What promises a DOI, whole or not: the word, its resolver, a prefix.
_DOI_SIGN = re.compile(r"\bdoi\b|(?<![\d.])10\.(?:[0-9]{4,9}(?![\d.])|[0-9]{3,}\s?/)", re.IGNORECASE)
_DOI_SHAPE = re.compile(r"10\.[0-9]{4,9}/[!-~]+")
# "https://www.frontiersin.org/articles/10.3389/fpsyg.2019.00347/full": publishers' addresses go on after the DOI.
_AFTER_DOI = re.compile(r"[?#].*|/(?:full|abstract|pdf|epdf|fulltext)$", re.IGNORECASE)
# "DOI: 10.1002/cpp.2180.", "http://dx.doi.org/10.1037/pst0000172", "Retrieved from http://www.nice.org.uk/cg90".
_LINK = re.compile(
    r"[(\[]?(?:\bRetrieved (?:[A-Z][\w ,]{2,30} )?from:? )?"
    r"(?:\bdoi:?\s*(?:https?://\S+|10\.\S*)|\bdoi:\s*\S*|https?://\S+|\bdoi\.org/\S+|(?<![\d.])10\.[0-9]{4,9}/\S+)",
    re.IGNORECASE,
)
# "(2018)", "(2018a)", "(2022, November 10)", "(in press)"; of "(1900/1953)" neither year is taken.
_DATE = re.compile(
    r"\(\s?(?:(?P<year>(?:1[89]|20)[0-9]{2})[a-z]?(?:[, ][^()]{1,30})?|[0-9]{4}\s?[-–/]\s?[0-9]{4}"
    r"|(?P<press>in press|forthcoming|accepted|advance online publication)|n\.\s?d\.|submitted|in preparation)\s?\)",
    re.IGNORECASE,
)
# "Norcross, J. C. (Ed.). (2011)."
_EDITORS = re.compile(r"\(Eds?\.?\)\.?", re.IGNORECASE)
# "Kring, M., . . . Wampold, B. E.", "Ferrari, G., ... & Karekla, M.", "Lambert, M. J., et al."
_ELISION = re.compile(r"(?<=[\s,.])\.(?:\s?\.){2}|…|\bet al\b\.?")
# "Love, M. & Farber, B.A.", "Lutz, W. and Castonguay, L."
_BETWEEN_AUTHORS = re.compile(r"\s*[,;&]\s*|(?<=\.)\s+and\s+")
# "J. C.", "C.M.W.", "A-M.", "B": up to six letters, all capitals (checked apart: `re` has no class for them).
_INITIALS = re.compile(r"[^\W\d_](?:\.?[-‐‑ ]{0,2}[^\W\d_]){0,5}\.?")
# "Del Re", "van Oppen", "Nissen-Lie", "O’Brien", "St. John"
_FAMILY = re.compile(r"['’]?[^\W\d_][\w'’`.‐‑-]*(?: [^\W\d_][\w'’`.‐‑-]*){0,4}")
# "Nathan, P. E., Jr., & Jones, E. E., III. (2015)"
_GENERATION = re.compile(r"([JS]r\.?|I{2,3}|IV)\.?")
_PERSON_FIRST = re.compile(r"[^\W\d_][^,;:()?!]{0,60}(?:,\s?| )[^\W\d_a-z](?:\.|[^\W\d_a-z]{0,2}[,.])")
# Words that stay lower case in names: "National Institute for Health and Care Excellence", "von der Lippe, A. L."
_SMALL_WORD = re.compile(
    "a|al|an|and|at|by|d[aeiou]|das|del|dell[ae]|de[nrs]|dos|e|el|et|for|für|het|in|la|le|of|on|or|os|s|the|te[nr]|to|"
    "und|v[ao]n|vom|with|y|zu|zu[mr]"
)
# "high vs. low"; the rest are the words of abbreviated journals: "Br. J. Clin. Psychol."
_ABBREVIATION = re.compile(
    r"\w|[^\s)]*\.[^\s)]*|vs|st|[dm]rs?|ms|no|vol|eds?|pp|cf|al|[js]r|suppl|re[pv]|art|am|ann|arch|assoc|behav|br|clin|consult|"
    r"couns|eur|exp|gen|int|med|ment|nerv|psychiatr|psychol|psychother|sci|scand|soc|ther",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!][”\"’')\]]*\s+(?=[^a-z\W_]|[“\"])")
_DASH = r"\s?[-‐‑–—−]{1,2}\s?"
# "303-315", "449–459", "S12-S20", "e0123456", "CD001234", "347"
_PAGES = rf"[A-Za-z]{{0,2}}[0-9]{{1,9}}(?:{_DASH}[A-Za-z]{{0,2}}[0-9]{{1,9}})?"
# ", 55(4), 303-315", ", 10:347", " 73, 12–24", ", 24(Suppl. 1), S12-S20", ", 75", ", 11, Article 347"
_LOCATOR = re.compile(
    r"(?P<comma>[,.]?)\s(?:Vol(?:ume|\.)? ?)?(?P<volume>[0-9]{1,4})"
    r"(?:\s?\((?P<issue>[^()]{1,30})\)|, (?:No\.|Issue) ?(?P<number>[0-9]{1,4}))?"
    rf"(?:\s?[,:;]\s?(?:pp?\.\s?|Art(?:icle|\.) (?:No\.:? |ID )?)?(?P<pages>{_PAGES}))?$"
)
# ". In Barkham, W. Lutz, and L.G. Castonguay (Eds.) Bergin and Garfield’s Handbook"; or with "(pp. 3-21)"
_CHAPTER = re.compile(r"[.?!] In:? (?=[^\W\da-z_])")
_IN_A_BOOK = re.compile(r"\(Eds?\.?\)|\bpp?\.\s?[0-9]", re.IGNORECASE)
_CHAPTER_PAGES = re.compile(rf"\bpp?\.\s?(?P<pages>{_PAGES})")
# "Psychotherapy. Advance online publication.", "JAMA Psychiatry. Published online April 30, 2014"
_ONLINE_FIRST = re.compile(
    r"[.,]?\s?[(\[]?(?:Advanced? online publication|(?:First )?published online|Online first|Epub ahead of print)\b.*$",
    re.IGNORECASE,
)
# "World Psychiatry, 14, 270-277. Author email: ...": a volume and pages that do not end the line.
_LOCATOR_WITHIN = re.compile(r", [0-9]{1,4}(?:\s?\([^()]{1,30}\))?[,:]\s?e?[0-9]")
# "(2nd ed.)", "(NICE Guideline No. 222)", "[Doctoral dissertation, University of Ottawa]" are not of the title.
_NOT_OF_TITLE = re.compile(
    r"\s?[(\[](?=[^()\[\]]*(?:\bed\.|\bNo\.|\bVols?\.|dissertation|thesis))[^()\[\]]{1,120}[)\]]$", re.IGNORECASE
)
# "Guilford Press.", "Arlington, VA: Author.", "Unpublished manuscript, University of Ottawa."
_PUBLISHER = re.compile(
    r"\b(?:Press|Publish\w*|Wiley|Routledge|Springer|Guilford|Sage|Oxford|Cambridge|Books|Author$|Elsevier|Norton|Karnac|"
    r"University|Institute|Association|Erlbaum|ProQuest|Pearson)\b|^(?:Unpublished|Doctoral|Manuscript)\b|, [A-Z]{2}: "
)
# What must stand in a name that only a comma parts from the title.
_JOURNAL_WORD = re.compile(
    r"\b(?:Journal|Psycho\w+|Psychiatr\w+|Therapy|Research|Review|Counsel+ing|Medicine|Annals)\b"
)
# "J. Affect." before "Disord.": an abbreviated name, cut in its middle.
_CUT_ABBREVIATION = re.compile(r"(?:^|\s)\w{1,8}\.\s[A-Z]\w{0,10}\.\s?$")
# "Psychology and Psychotherapy: Theory, Research and Practice": single words between commas make one name.
_JOURNAL_WITH_COMMAS = re.compile(r"(?:[^,:]+: )?(?:\w+, )+(?:and |& )?\w+(?: (?:and|&) \w+)?")


class _Parts(NamedTuple):
    """A reference cut at its date. Without a date `head` is empty and `rest` the whole line."""

    head: str
    rest: str
    year: int | None = None
    dated: bool = False
    in_press: bool = False
    stopped: bool = False  # a full stop follows the date, as APA asks


def parse_citation(printed: str) -> Citation:
    """Reads one reference; meant for lines that `is_citation` accepts, total on all others.

    Title and journal are given only when the boundary between them is sure; volume, issue and pages, which stand at
    the end of the line, do not depend on it. A chapter gives its own title and pages, and no journal.
    A line of more than MAX_REFERENCE_CHARS characters is returned with `printed` alone.
    """
    if len(printed) > MAX_REFERENCE_CHARS:
        return Citation(printed)
    doi = find_doi(printed)
    parts = _split_at_date(printed)
    authors = tuple(author.strip() for author in _read_authors(parts.head))
    chapter = _CHAPTER.search(parts.rest)
    if chapter and _IN_A_BOOK.search(parts.rest, chapter.end()):
        title = _clean_title(parts.rest[: chapter.start() + 1]) if parts.dated else None
        pages = _CHAPTER_PAGES.search(parts.rest, chapter.end())
        return Citation(printed, authors, parts.year, title, pages=pages["pages"] if pages else None, doi=doi)
    before = _ONLINE_FIRST.sub("", parts.rest)
    is_article = doi is not None or parts.in_press or before != parts.rest
    before, volume, issue, pages_printed = _split_at_volume(before)
    title, journal = _split_title(before, volume is not None, is_article)
    if not parts.dated:
        title = None  # authors and title run into each other
    return Citation(printed, authors, parts.year, title, journal, volume, issue, pages_printed, doi)


def is_citation(text: str) -> bool:
    """Whether a block is a reference, as opposed to a title, a paragraph or an e-mail line.

    What counts is the order of a reference: names, a date, a new sentence; or, without a date, a name in front and a
    volume with pages or a DOI behind. A sentence that goes on after its "(2018)" is prose.
    """
    if len(text) > MAX_REFERENCE_CHARS:
        return False
    has_doi = find_doi(text) is not None
    parts = _split_at_date(text)
    _, _, issue, pages = _split_at_volume(_ONLINE_FIRST.sub("", parts.rest))
    is_located = issue is not None or pages is not None
    if not parts.dated:
        return (is_located and has_doi) or (_PERSON_FIRST.match(parts.rest) is not None and (is_located or has_doi))
    opening = parts.rest.lstrip("“\"'‘([")[:1]
    if len(parts.rest) < 8 or not (parts.stopped or opening.isupper() or opening.isdigit()):
        return False
    if _PERSON_FIRST.match(parts.head) or is_located or has_doi:
        return True
    return parts.stopped and (parts.head.endswith(".") or _SENTENCE_END.search(parts.rest) is not None)


def find_doi(text: str) -> str | None:
    """The first well-formed DOI of any text, lower case, bare; None when there is none.

    Closing punctuation is dropped, parentheses that belong to the DOI stay: "10.1016/s0272-7358(99)00012-3".
    A candidate with characters outside ASCII (an en dash for a hyphen) is passed over: to cut it would falsify it.
    Looks at the first MAX_DOI_TEXT_CHARS characters.
    """
    for candidate in _DOI.finditer(text[:MAX_DOI_TEXT_CHARS]):
        if candidate.end() == MAX_DOI_TEXT_CHARS < len(text):
            return None
        doi = _without_closing(_AFTER_DOI.sub("", _without_closing(candidate[0])))
        if _DOI_SHAPE.fullmatch(doi):
            return doi.lower()
    return None


def has_broken_doi(text: str) -> bool:
    """Whether a reference announces a DOI ("doi:", "10.1037") but holds no well-formed one: "10.1037/ pst0000172"."""
    return find_doi(text) is None and _DOI_SIGN.search(text[:MAX_DOI_TEXT_CHARS]) is not None


def _without_closing(doi: str) -> str:
    """Drops what belongs to the sentence around: stops, quotes, brackets that were opened before the DOI."""
    while doi:
        last = doi[-1]
        opening = {")": "(", "]": "[", "}": "{", ">": "<"}.get(last)
        if last not in ".,;:!?*'’‘»\u200b" and (opening is None or doi.count(last) <= doi.count(opening)):
            break
        doi = doi[:-1]
    return doi


def _split_at_date(text: str) -> _Parts:
    """White space is folded, links and DOIs are left out."""
    line = " ".join(_LINK.sub(" ", text).split())
    date = _DATE.search(line)
    if date is None or not _is_name(_EDITORS.sub("", line[: date.start()])):
        return _Parts("", line)
    rest = line[date.end() :].lstrip()
    year = int(date["year"]) if date["year"] else None
    head = line[: date.start()].strip()
    return _Parts(head, rest.lstrip(" .,:;"), year, True, date["press"] is not None, rest.startswith("."))


def _is_name(text: str) -> bool:
    """Only capitalised words and the small words of names; prose has others before its "(2018)"."""
    words = re.findall(r"[^\W\d_]+", text)
    return bool(words) and all(word[0].isupper() or _SMALL_WORD.fullmatch(word) for word in words)


def _read_authors(head: str) -> tuple[str, ...]:
    """All authors or none: a list of which one piece is unclear is not read at all."""
    names = _ELISION.sub(",", _EDITORS.sub("", head)).strip(" ,;")
    if not re.search("[,;]", names):
        return _read_organisation(names)
    authors: list[str] = []
    family = ""
    for piece in filter(None, _BETWEEN_AUTHORS.split(names)):
        piece = piece.removeprefix("and ")
        if family:
            if not _INITIALS.fullmatch(piece) or not piece.isupper():
                return ()
            authors.append(f"{family}, {piece}")
            family = ""
        elif authors and (generation := _GENERATION.fullmatch(piece)):
            authors[-1] += f", {generation[1]}"
        elif _FAMILY.fullmatch(piece):
            family = piece
        else:
            return ()
    group = _read_organisation(family) if authors and " " in family else ()  # "..., & World Health Organization."
    return () if family and not group else (*authors, *group)


def _read_organisation(names: str) -> tuple[str, ...]:
    """One author without initials: "American Psychological Association."; not the two of "Smith and Jones"."""
    words = names.replace("&", "and").split()
    if not _is_name(names) or ("and" in words and len(words) < 4):
        return ()
    return (names.removesuffix("."),)


def _split_at_volume(rest: str) -> tuple[str, str | None, str | None, str | None]:
    """(what stands before, volume, issue, pages); (rest, None, None, None) without a sure volume."""
    rest = rest.strip(" .,;")
    found = _LOCATOR.search(rest)
    if found is None:
        return rest, None, None, None
    issue = found["issue"] or found["number"]
    if not issue and not found["pages"] and (found["comma"] != "," or re.match("(?:19|20)..$", found["volume"])):
        return rest, None, None, None  # "Report No. 12", "Ottawa, 2014"
    return rest[: found.start()], found["volume"], issue, found["pages"]


def _split_title(text: str, has_volume: bool, is_article: bool) -> tuple[str | None, str | None]:
    """(title, journal); both None when their boundary is in doubt.

    `is_article` without a volume: a DOI, "in press" or "Advance online publication" says that a journal may follow.
    """
    ends = [end for end in _SENTENCE_END.finditer(text) if not _is_abbreviated(text, end)]
    title, last = (text[: ends[-1].end()], text[ends[-1].end() :]) if ends else (text, "")
    if not has_volume:
        if _LOCATOR_WITHIN.search(text):
            return None, None
        if last and _PUBLISHER.search(last) and "Journal" not in last:
            return _clean_title(title), None
        if last and not is_article and not last.startswith(("Journal of ", "The Journal of ")):
            return _clean_title(title) if _is_title_case(last) else None, None
    if last and _is_journal(last) and not _CUT_ABBREVIATION.search(title) and (has_volume or _is_title_case(last)):
        return _clean_title(title), last
    # "... comparing high vs. low self-concealers, Psychotherapy Research, DOI": capitals after a lower-case title
    title, _, last = text.rpartition(", ")
    if title and title.split()[-1].islower() and _JOURNAL_WORD.search(last) and _is_title_case(last):
        return _clean_title(title), last
    if not ends and not has_volume and (not is_article or _NOT_OF_TITLE.search(text)):
        return _clean_title(text), None
    return None, None


def _is_abbreviated(text: str, end: re.Match[str]) -> bool:
    word = text[: end.start()].rpartition(" ")[2].lstrip("([“\"'‘")
    return end[0][0] == "." and _ABBREVIATION.fullmatch(word) is not None


def _is_title_case(name: str) -> bool:
    return len(name.split()) <= 12 and not re.search(r"\d", name) and _is_name(name)


def _is_journal(name: str) -> bool:
    """A name that can be nothing but one journal's: few words, no numbers, no comma or stop of doubtful meaning."""
    words = name.split()
    if len(words) > 14 or not name[0].isupper() or any(word[0].isdigit() or word[0] in "([" for word in words):
        return False
    if "," in name and not (_is_title_case(name) and _JOURNAL_WITH_COMMAS.fullmatch(name)):
        return False
    if "." not in name:
        return True
    return len(words) > 1 and all(word.endswith(".") or _SMALL_WORD.fullmatch(word) for word in words[:-1])


def _clean_title(title: str) -> str | None:
    title = title.strip(" ,;")
    if not re.search(r"\.[A-Z]\.$", title):  # "in the U.S."
        title = title.removesuffix(".")
    return _NOT_OF_TITLE.sub("", title).strip('“”" ') or None
