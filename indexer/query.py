"""Step 6 of 8. Reader's words -> Query and Notices. Total: whatever was typed gives a Query; this never raises.

The grammar is words, "phrase", -word, OR, title: author: journal:, and nothing else. A word without prefix is a clause
that scores; a phrase and a prefix must be satisfied as well; `-` excludes; OR joins its two neighbours into one clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from indexer.analysis import analyse, find_words, fold, split_words, stem
from indexer.citation import find_doi
from indexer.model import Notice
from indexer.schema import SCORED

MAX_CHARS = 10_000
MAX_WORDS = 400  # distinct ones
MAX_PHRASE_WORDS = 20
# Longer texts (an abstract that was pasted) are prose: their quotation marks and dashes are no operators. As operators
# they cost .028 nDCG@10 on cisi, where 5 of 76 queries found next to nothing; any limit from 15 to 60 words is alike.
PROSE_WORDS = 30

# Words that make a question but not its subject. They are in the index (phrases need them); a query drops them unless
# nothing else is left. Folded form, as `analysis.fold` gives it. Words that carry meaning in this field stay out of the
# list: "self", "other", "group", "after", "between", "without", "no", "not", "more", "less", "better", "worse".
QUESTION_WORDS = frozenset(
    """
    a about am an and any anyone are as at be been being but by can cannot cant could couldnt did didnt do does
    doesnt doing done dont else ever for from get gets getting give given gives go goes going got had has have
    having he her here hers him his how i id if ill im in into is isnt it its ive just know let like look make
    makes many may maybe me might mine most much must my of on one ones or our ours please really shall she should
    so some someone something such tell than that thats the their theirs them then there theres these they thing
    things this those to too us very was wasnt we were what whats when where whether which who whom whose why will
    with within would you your yours
    b c d e f g h j k l m n o p q r s t u v w x y z
    """.split()
)

# What is not a plain word: a phrase, an excluded or prefixed word, OR. A sign counts only where a word could begin, so
# "face-to-face" excludes nothing and "subtitle:x" has no prefix.
_PREFIX = "(?i:title|author|journal)"
_SYNTAX = re.compile(
    rf'(?P<minus>(?<!\S)-)?(?:(?<![^\s-])(?P<field>{_PREFIX}):)?"(?P<phrase>[^"]*)"'
    rf'|(?<!\S)(?P<sign>-)?(?P<prefix>(?:{_PREFIX}):)?(?P<word>[^\s"]+)(?(sign)|(?(prefix)|(?!)))'
    r"|(?<!\S)OR(?!\S)"
)
_SIGN = re.compile(r'["*:-]|OR|NOT|AND')
# What may be more than plain words: a sign, a DOI, a quotation mark.
_UNUSUAL = re.compile(rf"{_SIGN.pattern}|10\.|[“”„«»]")
# What readers bring from other searches, or meant for this one: what is said to them.
_HINTS = (
    (
        re.compile(rf"(?<!\S)-?{_PREFIX}:(?=\s|$)"),
        "A prefix such as title: needs its word right behind it; it was read as a word.",
    ),
    (re.compile(r"^\s*OR\b|\bOR\s*$"), "OR needs a word on each side; it was ignored."),
    (re.compile(r"\w\*"), "The sign * was ignored: words are found with all their usual endings."),
    (re.compile(r"(?<!\S)NOT(?!\S)"), "To leave out digests with a word, put a - before it: -adolescents."),
    (re.compile(r"(?<!\S)AND(?!\S)"), "AND is not needed: digests with more of your words come first."),
)
_DOI_CHUNK = re.compile(r"(?i:\bdoi:?\s+)?\S*10\.\d{4,9}/\S*")
_QUOTES = str.maketrans("“”„«»", '"""""')
UNSCORED = ("author", "journal")  # fields that only filter; their words are not stemmed


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a clause: a term, or several that follow each other, in one of the fields.

    typed   as the reader wrote it.
    weight  factor on its score; 1 for what was typed.
    asked   all of it but `typed`: what its scores depend on. Made once, as it is looked up by it at every search.
    """

    terms: tuple[str, ...]
    fields: tuple[str, ...]
    typed: str
    weight: float = 1.0
    asked: tuple[object, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", (self.terms, self.fields, self.weight))


@dataclass(frozen=True, slots=True)
class Clause:
    """Something asked for, satisfied by any of its alternatives or synonyms. It scores once, by the best of them.

    synonyms  further ways, added by `indexer.synonyms`, of lower weight.
    required  a document without it does not match (quoted and prefixed clauses).
    scored    it adds to the score (all but `author:` and `journal:`).
    count     how often it was typed: a word that is repeated weighs as often.
    typed     its alternatives as the reader wrote them.
    """

    alternatives: tuple[Alternative, ...]
    synonyms: tuple[Alternative, ...] = ()
    required: bool = False
    scored: bool = True
    count: int = 1
    typed: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "typed", " OR ".join([a.typed for a in self.alternatives]))


@dataclass(slots=True)
class Query:
    """What a reader asks for, understood; frozen by agreement. No clause at all: browse, less what is excluded.

    sequence  the plain words as typed, question words included: (term, number of its clause or None if dropped). None
              stands also where something else than a plain word was typed, with the term "".
    added     the synonyms that were added, as they are shown.
    """

    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Alternative, ...] = ()
    notices: tuple[Notice, ...] = ()
    sequence: tuple[tuple[str, int | None], ...] = ()
    added: tuple[str, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether anything of it scores."""
        return any(clause.scored for clause in self.clauses)

    @property
    def words(self) -> tuple[str, ...]:
        """What scores, as typed, in order."""
        return tuple([clause.typed for clause in self.clauses if clause.scored])


@dataclass(slots=True)
class _Item:
    """One thing asked for. `joined`: OR joins it to the item before. `plain`: a word without sign, quotes or prefix."""

    alternative: Alternative
    joined: bool
    plain: bool = True
    excluded: bool = False


def parse_query(text: str) -> Query:
    """Return the query of a reader's words, with a notice for everything that was not taken as typed."""
    if not _UNUSUAL.search(text) and len(text) <= MAX_CHARS and (query := _plain_query(text)):
        return query  # as most questions are
    notices: list[Notice] = []
    if len(text) > MAX_CHARS:
        notices.append(Notice("too-long", f"Only the first {MAX_CHARS:,} characters of your question were searched."))
        text = text[:MAX_CHARS]
    text, doi = _take_doi(text.translate(_QUOTES))
    has_syntax = _SIGN.search(text) is not None
    if prose := has_syntax and _is_prose(text):
        message = "So long a question is searched word by word; quotation marks, minus signs and OR were ignored."
        notices.append(Notice("prose", message))
    elif text.count('"') % 2:
        last = text.rindex('"')
        text = f"{text[:last]} {text[last + 1 :]}"
        notices.append(Notice("open-quote", "A quotation mark without its partner was ignored."))
    if has_syntax and not prose:
        notices += [Notice("syntax", hint) for pattern, hint in _HINTS if pattern.search(text)]
        items = _items(text, notices)
    else:
        items = []
        _add_words(items, text, joined=False)
    items = _limit([*items, *doi], notices)
    clauses = _clauses(items)
    shouted = text.isupper()
    kept = [clause for clause in clauses if not _is_question_word(clause, shouted)] or clauses
    notices += _dropped([clause for clause in clauses if clause not in kept])
    excluded = tuple([item.alternative for item in items if item.excluded])
    return Query(tuple(kept), excluded, tuple(notices), _sequence(items, kept))


def _plain_query(text: str) -> Query | None:
    """Return the query of a text in which each word is a clause of its own; None when there is more to it.

    Most questions are such, and what a word means then depends on nothing else: it is worked out once.
    """
    words = [_plain_word(typed) for typed in split_words(text)]
    if len({term for term, _, _ in words}) < len(words) or len(words) > MAX_WORDS:
        return None
    kept = [clause for _, clause, is_question in words if not is_question]
    dropped = [clause for _, clause, is_question in words if is_question]
    if not kept or any(clause.typed.isupper() for clause in dropped):
        return None
    numbers = iter(range(len(kept)))
    sequence = [(term, None if is_question else next(numbers)) for term, _, is_question in words]
    return Query(tuple(kept), notices=_dropped(dropped), sequence=tuple(sequence))


@lru_cache(maxsize=50_000)
def _plain_word(typed: str) -> tuple[str, Clause, bool]:
    """Return the term of a plain word, what it asks for, and whether it is a mere question word."""
    term = stem(typed)
    return term, Clause((_word(term, typed),)), fold(typed) in QUESTION_WORDS


def _dropped(clauses: list[Clause]) -> tuple[Notice, ...]:
    """Return what is said of clauses that are not searched; nothing when there is none."""
    if not clauses:
        return ()
    listed = ", ".join([f"“{clause.typed}”" for clause in clauses])
    words = tuple([clause.typed for clause in clauses])
    return (Notice("dropped", f"Not searched, because nearly every text has them: {listed}.", words),)


def _items(text: str, notices: list[Notice]) -> list[_Item]:
    """Cut the text at its syntax: what stands between is plain words."""
    items: list[_Item] = []
    joined = False
    place = 0
    for match in _SYNTAX.finditer(text):
        joined = _add_words(items, text[place : match.start()], joined)
        place = match.end()
        if match.group() == "OR":
            joined = bool(items)
            continue
        phrase, prefix = match["phrase"], (match["field"] or match["prefix"] or "").lower().removesuffix(":")
        typed = match["word"] if phrase is None else phrase
        terms = analyse(typed, "names" if prefix in UNSCORED else "english").terms
        if len(terms) > MAX_PHRASE_WORDS:
            notices.append(Notice("long-phrase", f"Only the first {MAX_PHRASE_WORDS} words of a phrase were searched."))
        if terms:
            excluded = bool(match["minus"] or match["sign"])
            fields = (prefix,) if prefix else SCORED
            alternative = Alternative(tuple(terms[:MAX_PHRASE_WORDS]), fields, " ".join(typed.split()))
            items.append(_Item(alternative, joined and not excluded, plain=False, excluded=excluded))
        joined = False
    _add_words(items, text[place:], joined)
    return items


def _take_doi(text: str) -> tuple[str, list[_Item]]:
    """Return the text without a DOI in it, and what asks for that DOI: its parts in a row, in the reference line.

    A DOI comes bare, after "doi:", or within an address; whatever hangs together with it is taken along.
    """
    doi = find_doi(text) if "10." in text else None
    if doi is None:
        return text, []
    alternative = Alternative(tuple(analyse(doi).terms[:MAX_PHRASE_WORDS]), ("citation",), doi)
    return _DOI_CHUNK.sub(" ", text, count=1), [_Item(alternative, joined=False)]


def _is_prose(text: str) -> bool:
    """Tell whether a text that holds syntax is too long to have meant it."""
    return len(text.split()) > PROSE_WORDS and len(_SYNTAX.sub(" ", text).split()) > PROSE_WORDS


def _add_words(items: list[_Item], text: str, joined: bool) -> bool:
    """Add the words of a plain text, the first one joined if `joined`; return whether the join is still to be made."""
    for term, typed in find_words(text):
        items.append(_Item(_word(term, typed), joined))
        joined = False
    return joined


@lru_cache(maxsize=50_000)
def _word(term: str, typed: str) -> Alternative:
    return Alternative((term,), SCORED, typed)


def _limit(items: list[_Item], notices: list[Notice]) -> list[_Item]:
    """Keep the items up to the limit of distinct words."""
    if sum([len(item.alternative.terms) for item in items]) <= MAX_WORDS:
        return items
    distinct: set[str] = set()
    for i, item in enumerate(items):
        distinct.update(item.alternative.terms)
        if len(distinct) > MAX_WORDS:
            notices.append(Notice("many-words", f"Only the first {MAX_WORDS} different words were searched."))
            return items[:i]
    return items


def _clauses(items: list[_Item]) -> list[Clause]:
    """Join items over OR, then count repeats; a clause stands where it was typed first."""
    groups: list[list[_Item]] = []
    for item in items:
        if item.excluded:
            continue
        if item.joined and groups:
            groups[-1].append(item)
        else:
            groups.append([item])
    counted: dict[tuple[object, ...], Clause] = {}
    for group in groups:
        required = not all(item.plain for item in group) if len(group) > 1 else not group[0].plain
        key = (required, *[(item.alternative.terms, item.alternative.fields) for item in group])
        known = counted.get(key)
        if known:
            counted[key] = replace(known, count=known.count + 1)
            continue
        alternatives = tuple(dict(zip(key[1:], [item.alternative for item in group], strict=True)).values())
        scored = not all(alternative.fields[0] in UNSCORED for alternative in alternatives)
        counted[key] = Clause(alternatives, required=required, scored=scored)
    return list(counted.values())


def _sequence(items: list[_Item], clauses: list[Clause]) -> tuple[tuple[str, int | None], ...]:
    """Return the plain words in typed order, each with the number of its clause."""
    numbers = {clause.alternatives[0].terms: n for n, clause in enumerate(clauses) if _is_plain(clause)}
    return tuple(
        [
            (item.alternative.terms[0], numbers.get(item.alternative.terms))
            if item.plain and not item.joined and len(item.alternative.terms) == 1
            else ("", None)
            for item in items
        ]
    )


def _is_plain(clause: Clause) -> bool:
    """Tell whether a clause is a single word, neither quoted nor prefixed nor joined by OR."""
    return not clause.required and len(clause.alternatives) == 1 and len(clause.alternatives[0].terms) == 1


def _is_question_word(clause: Clause, shouted: bool) -> bool:
    """Tell whether a clause is a mere question word. Capitals make a name of it ("WHO", "US") unless all is shouted."""
    typed = clause.alternatives[0].typed
    if not _is_plain(clause) or fold(typed) not in QUESTION_WORDS:
        return False
    return shouted or not typed.isupper() or typed in ("A", "I", "AND", "OR")
