"""Step 6 of 8. Reader's words -> Query and Notices. Total: whatever was typed gives a Query; this never raises.

The grammar is words, "phrase", -word, OR, title: author: journal:, and nothing else. A word without prefix is a clause
that scores; a phrase and a prefix must be satisfied as well; `-` excludes; OR joins its two neighbours into one clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from indexer.analysis import analyse, fold
from indexer.model import Notice
from indexer.schema import SCORED

MAX_CHARS = 10_000
MAX_WORDS = 400  # distinct ones
MAX_PHRASE_WORDS = 20

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
    """.split()
)

_ITEM = re.compile(r'(?P<minus>-)?(?:(?P<field>title|author|journal):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»", '"""""')
_ANALYZER = {"author": "names", "journal": "names"}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a clause: a term, or several that follow each other, in one of the fields.

    typed   as the reader wrote it.
    weight  factor on its score; 1 for what was typed.
    """

    terms: tuple[str, ...]
    fields: tuple[str, ...]
    typed: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """Something asked for, satisfied by any of its alternatives or synonyms. It scores once, by the best of them.

    synonyms  further ways, added by `indexer.synonyms`, of lower weight.
    required  a document without it does not match (quoted and prefixed clauses).
    scored    it adds to the score (all but `author:` and `journal:`).
    count     how often it was typed: a word that is repeated weighs as often.
    """

    alternatives: tuple[Alternative, ...]
    synonyms: tuple[Alternative, ...] = ()
    required: bool = False
    scored: bool = True
    count: int = 1

    @property
    def typed(self) -> str:
        return " OR ".join(alternative.typed for alternative in self.alternatives)


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asks for, understood. No clause at all: browse, less what is excluded.

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
    def words(self) -> tuple[str, ...]:
        """What scores, as typed, in order."""
        return tuple(clause.typed for clause in self.clauses if clause.scored)


@dataclass(slots=True)
class _Item:
    """One lexical item: what it asks for, and whether OR joins it to the item before."""

    alternative: Alternative
    excluded: bool
    quoted: bool
    prefixed: str | None
    joined: bool


def parse_query(text: str) -> Query:
    """Return the query of a reader's words, with a notice for everything that was not taken as typed."""
    notices: list[Notice] = []
    if len(text) > MAX_CHARS:
        notices.append(Notice("too-long", f"Only the first {MAX_CHARS:,} characters of your question were searched."))
        text = text[:MAX_CHARS]
    text = text.translate(_QUOTES)
    if text.count('"') % 2:
        last = text.rindex('"')
        text = f"{text[:last]} {text[last + 1 :]}"
        notices.append(Notice("open-quote", "A quotation mark without its partner was ignored."))
    items = _limit(_items(text, notices), notices)
    clauses = _clauses([item for item in items if not item.excluded])
    clauses, dropped = _drop_question_words(clauses)
    if dropped:
        listed = ", ".join(f"“{word}”" for word in dropped)
        notices.append(Notice("dropped", f"Not searched, because nearly every text has them: {listed}."))
    excluded = tuple(item.alternative for item in items if item.excluded)
    return Query(tuple(clauses), excluded, tuple(notices), _sequence(items, clauses))


def _items(text: str, notices: list[Notice]) -> list[_Item]:
    items: list[_Item] = []
    joined = False
    for match in _ITEM.finditer(text):
        prefix, phrase, word = match["field"], match["phrase"], match["word"]
        if word == "OR" and not prefix and not match["minus"]:
            joined = bool(items)
            continue
        minus = bool(match["minus"]) and (match.start() == 0 or text[match.start() - 1].isspace())
        typed = phrase if phrase is not None else word
        fields = (prefix,) if prefix else SCORED
        tokens = analyse(typed, _ANALYZER.get(prefix or "", "english"))
        if len(tokens) > MAX_PHRASE_WORDS and (phrase is not None or prefix or minus):
            notices.append(Notice("long-phrase", f"Only the first {MAX_PHRASE_WORDS} words of a phrase were searched."))
        terms = tuple(tokens.terms[:MAX_PHRASE_WORDS])
        if phrase is not None or prefix or minus:
            if terms:
                alternative = Alternative(terms, fields, " ".join(typed.split()))
                items.append(_Item(alternative, minus, phrase is not None, prefix, joined and not minus))
        else:
            for term, start, end in zip(tokens.terms, tokens.starts, tokens.ends, strict=True):
                items.append(_Item(Alternative((term,), fields, typed[start:end]), False, False, None, joined))
                joined = False
        joined = False
    return items


def _limit(items: list[_Item], notices: list[Notice]) -> list[_Item]:
    """Keep the items up to the limit of distinct words."""
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
        if item.joined and groups:
            groups[-1].append(item)
        else:
            groups.append([item])
    counted: dict[tuple[object, ...], Clause] = {}
    for group in groups:
        alternatives = tuple(
            {(item.alternative.terms, item.alternative.fields): item.alternative for item in group}.values()
        )
        required = any(item.quoted or item.prefixed for item in group)
        scored = not all(item.prefixed in _ANALYZER for item in group)
        key = (required, *((a.terms, a.fields) for a in alternatives))
        known = counted.get(key)
        counted[key] = (
            replace(known, count=known.count + 1) if known else Clause(alternatives, required=required, scored=scored)
        )
    return list(counted.values())


def _sequence(items: list[_Item], clauses: list[Clause]) -> tuple[tuple[str, int | None], ...]:
    """Return the plain words in typed order, each with the number of its clause."""
    numbers = {clause.alternatives[0].terms: n for n, clause in enumerate(clauses) if _is_plain(clause)}
    return tuple(
        (item.alternative.terms[0], numbers.get(item.alternative.terms))
        if not (item.excluded or item.quoted or item.prefixed or item.joined)
        else ("", None)
        for item in items
    )


def _is_plain(clause: Clause) -> bool:
    """Tell whether a clause is a single word, neither quoted nor prefixed nor joined by OR."""
    return not clause.required and len(clause.alternatives) == 1 and len(clause.alternatives[0].terms) == 1


def _drop_question_words(clauses: list[Clause]) -> tuple[list[Clause], list[str]]:
    """Drop single question words, unless the query has nothing else that scores or is required."""
    kept = [clause for clause in clauses if not _is_question_word(clause)]
    if not kept:
        return clauses, []
    return kept, [clause.typed for clause in clauses if _is_question_word(clause)]


def _is_question_word(clause: Clause) -> bool:
    return _is_plain(clause) and fold(clause.alternatives[0].typed) in QUESTION_WORDS
