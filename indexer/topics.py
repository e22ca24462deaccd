"""Step 3 of 8, its last part: articles get their topics and their research type.

Input: an `Article` as `articles.py` made it, and the controlled vocabulary of `corpus/topics.toml`.
Output: `Assignment` values with source "rules", their evidence the phrases that were found. What a filtered page of the
blog proves (source "page") is found elsewhere; `Vocabulary.topic_for_label` only tells which topic its label means.

The whole mechanism: a rule is a phrase with a weight. A topic's score is the sum, over its phrases and the four parts
of an article, of weight x weight of the part x f(n), where n is how often the phrase stands in that part and
f(n) = limit * n / (n + limit - 1): 1 for one mention, growing ever more slowly towards the limit. A topic is assigned
at or over the threshold. Research types are scored likewise, and the first in the order of the file that reaches the
threshold wins. The constants and the reasons for them are at the top of `corpus/topics.toml`.

Phrases match whole words. Case, accents, apostrophes and the kind of hyphen do not matter (a hyphen is a blank); a `*`
at the end of a word matches any ending, and a `*` alone any one word. A phrase never runs over two paragraphs.
"""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError
from indexer.model import Article, Assignment

_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ\u00ad")  # the last is the soft hyphen, which is not there to a reader
_COMBINING = re.compile("[\u0300-\u036f]")  # the accents that normalization has parted from their letters
_WORD = re.compile(r"[^\W_]+")
_PHRASE_WORD = re.compile(r"[^\W_]+\*?|\*")
_PARAGRAPH_END = ""  # stands after each paragraph; fits no word of a phrase
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Rule:
    """`weight` counts for the entry when positive, against it when negative; `reason` is for the next maintainer."""

    phrase: str
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Topic:
    """`source_label` is the blog's own spelling ("Adherance"), `label` the one that is shown ("Adherence")."""

    slug: str
    label: str
    source_label: str
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class ResearchType:
    """`aliases` are labels the blog's "Type of Research" filter may use for it, besides `label`."""

    slug: str
    label: str
    aliases: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Scoring:
    """Constants of one scoring. `fallback` is the slug assigned, without evidence, when nothing reaches `threshold`."""

    threshold: float
    title: float
    citation: float
    summary: float
    implications: float
    repeat_limit: float
    fallback: str


class _Phrases:
    """The phrases of all entries, found in one walk over a text: each word is looked up as a possible first word."""

    def __init__(self, entries: Iterable[Topic | ResearchType]) -> None:
        self.rules: list[tuple[str, Rule]] = []
        self._rest: list[list[tuple[str, bool]]] = []
        self._whole: dict[str, list[int]] = defaultdict(list)
        self._starts: dict[str, list[int]] = defaultdict(list)
        self._seen: dict[str, list[tuple[int, str]]] = {}  # what `_candidates` found: texts repeat their words
        for entry in entries:
            for rule in entry.rules:
                (first, starred), *rest = _phrase_words(rule.phrase)
                (self._starts if starred else self._whole)[first].append(len(self.rules))
                self.rules.append((entry.slug, rule))
                self._rest.append(rest)

    def count(self, words: Sequence[str]) -> Counter[int]:
        """How often each phrase stands in `words`, by its place in `rules`."""
        found: Counter[int] = Counter()
        for position, (word, following) in enumerate(pairwise(words), 1):
            candidates = self._seen.get(word)
            for number, start in self._candidates(word) if candidates is None else candidates:
                if following.startswith(start):  # rules out nearly all of them, cheaply
                    rest = self._rest[number]
                    if all(map(_fits, rest, words[position : position + len(rest)])):
                        found[number] += 1
        return found

    def _candidates(self, word: str) -> list[tuple[int, str]]:
        """Phrases whose first word fits `word`, each with the letters that the word after it must begin with."""
        numbers = [*self._whole.get(word, ())]
        for end in range(1, len(word) + 1):
            numbers += self._starts.get(word[:end], ())
        found = [(number, self._rest[number][0][0] if self._rest[number] else "") for number in numbers]
        self._seen[word] = found
        return found


@dataclass(frozen=True)
class Vocabulary:
    """The controlled vocabulary. `types` are in order of precedence. Looking a label up costs one dictionary access."""

    topics: tuple[Topic, ...]
    types: tuple[ResearchType, ...]
    topic_scoring: Scoring
    type_scoring: Scoring
    _topic_phrases: _Phrases = field(init=False, repr=False, compare=False)
    _type_phrases: _Phrases = field(init=False, repr=False, compare=False)
    _topics: dict[str, Topic] = field(init=False, repr=False, compare=False)
    _types: dict[str, ResearchType] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        topics = {_fold(label): topic for topic in self.topics for label in (topic.source_label, topic.label)}
        types = {_fold(label): kind for kind in self.types for label in (kind.label, *kind.aliases)}
        object.__setattr__(self, "_topic_phrases", _Phrases(self.topics))
        object.__setattr__(self, "_type_phrases", _Phrases(self.types))
        object.__setattr__(self, "_topics", topics)
        object.__setattr__(self, "_types", types)

    def topic_for_label(self, label: str) -> Topic | None:
        """The topic of the blog's label or of ours; case, spaces and punctuation do not matter."""
        return self._topics.get(_fold(label))

    def type_for_label(self, label: str) -> ResearchType | None:
        """The research type of a label or alias; None means: unmapped, keep the label and warn."""
        return self._types.get(_fold(label))

    def topic(self, slug: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.slug == slug), None)

    def type(self, slug: str) -> ResearchType | None:
        return next((kind for kind in self.types if kind.slug == slug), None)


def assign_topics(article: Article, vocabulary: Vocabulary) -> tuple[Assignment, ...]:
    """Topics by the rules, ordered by slug; never empty: an article that fits none gets the fallback, no evidence.

    Of the citation only the study's title is read where it is known: journals are named after topics ("Depression and
    Anxiety", "Cognitive Therapy and Research") whatever the study is about.
    """
    scoring = vocabulary.topic_scoring
    citation = (article.citation.title or article.citation.printed) if article.citation else ""
    scores = _scores(article, citation, vocabulary._topic_phrases, scoring)
    evidence = {slug: found for slug, (score, found) in scores.items() if score >= scoring.threshold}
    return tuple(
        Assignment(slug, "rules", found) for slug, found in sorted((evidence or {scoring.fallback: ()}).items())
    )


def assign_type(article: Article, vocabulary: Vocabulary) -> Assignment:
    """The first research type, in order of precedence, that reaches the threshold; else the fallback, no evidence.

    The citation is read as printed: "Handbook", "(Eds.)" and "Systematic Reviews" stand outside the study's title.
    """
    scoring = vocabulary.type_scoring
    citation = article.citation.printed if article.citation else ""
    scores = _scores(article, citation, vocabulary._type_phrases, scoring)
    for kind in vocabulary.types:
        score, found = scores.get(kind.slug, (0.0, ()))
        if found and score >= scoring.threshold:
            return Assignment(kind.slug, "rules", found)
    return Assignment(scoring.fallback, "rules")


def _scores(
    article: Article, citation: str, phrases: _Phrases, scoring: Scoring
) -> dict[str, tuple[float, tuple[str, ...]]]:
    """By slug: the score, and the phrases that counted for it, strongest first, then by alphabet."""
    limit = scoring.repeat_limit
    given: dict[int, float] = defaultdict(float)
    for texts, weight in (
        ((article.title,), scoring.title),
        ((citation,), scoring.citation),
        (article.summary, scoring.summary),
        (article.implications, scoring.implications),
    ):
        for number, n in phrases.count(_words(texts)).items():
            given[number] += phrases.rules[number][1].weight * weight * limit * n / (n + limit - 1)
    by_slug: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for number, points in given.items():
        slug, rule = phrases.rules[number]
        by_slug[slug].append((-points, rule.phrase))
    return {
        slug: (round(-sum(points for points, _ in found), 6), tuple(p for points, p in sorted(found) if points < 0))
        for slug, found in by_slug.items()
    }


def _fold(text: str) -> str:
    return " ".join(_words((text,))[:-1])


def _words(texts: Iterable[str], pattern: re.Pattern[str] = _WORD) -> list[str]:
    """The folded words of all paragraphs, with a `_PARAGRAPH_END` after each paragraph."""
    words: list[str] = []
    for text in texts:
        decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
        words += pattern.findall(_COMBINING.sub("", decomposed).casefold())
        words.append(_PARAGRAPH_END)
    return words


def _phrase_words(phrase: str) -> list[tuple[str, bool]]:
    """The words of a phrase and whether any ending fits: "meta-analy*" -> [("meta", False), ("analy", True)]."""
    return [(word.rstrip("*"), word.endswith("*")) for word in _words((phrase,), _PHRASE_WORD)[:-1]]


def _fits(pattern: tuple[str, bool], word: str) -> bool:
    stem, starred = pattern
    return word != _PARAGRAPH_END and (word.startswith(stem) if starred else word == stem)


# --- reading the file -------------------------------------------------------------------------------------------------

_NUMBERS = ("threshold", "title", "citation", "summary", "implications", "repeat_limit")
_KINDS = {str: "a text that is not empty", float: "a number", list: "a list", dict: "a table"}


def read_vocabulary(path: Path) -> Vocabulary:
    """Read and check `corpus/topics.toml`; ConfigError names the file, the entry, what is wrong and what to do."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}). Restore it, or name another folder.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML in UTF-8 ({error}). Correct it there.") from error
    top = _table(data, f"{path}", {"scoring": dict, "topic": list, "type": list})
    scoring = _table(top["scoring"], f"{path}: [scoring]", {"topics": dict, "types": dict})
    topics = tuple(_parse_topic(entry, f"{path}: topic {n}") for n, entry in enumerate(top["topic"], 1))
    types = tuple(_parse_type(entry, f"{path}: type {n}") for n, entry in enumerate(top["type"], 1))
    for_topics = _parse_scoring(scoring["topics"], f"{path}: [scoring.topics]", topics)
    for_types = _parse_scoring(scoring["types"], f"{path}: [scoring.types]", types)
    _check_unique([(topic.slug, (topic.label, topic.source_label)) for topic in topics], f"{path}: [[topic]]")
    _check_unique([(kind.slug, (kind.label, *kind.aliases)) for kind in types], f"{path}: [[type]]")
    return Vocabulary(topics, types, for_topics, for_types)


def _parse_topic(entry: object, where: str) -> Topic:
    values = _table(entry, where, {"slug": str, "label": str, "source_label": str}, {"rule": list})
    rules = _parse_rules(values.get("rule", []), f"{where} ({values['slug']})")
    return Topic(values["slug"], values["label"], values["source_label"], rules)


def _parse_type(entry: object, where: str) -> ResearchType:
    values = _table(entry, where, {"slug": str, "label": str}, {"aliases": list, "rule": list})
    aliases = tuple(values.get("aliases", []))
    if not all(isinstance(alias, str) and _fold(alias) for alias in aliases):
        raise ConfigError(f"{where}: an alias is not {_KINDS[str]}. Correct or remove it.")
    rules = _parse_rules(values.get("rule", []), f"{where} ({values['slug']})")
    return ResearchType(values["slug"], values["label"], aliases, rules)


def _parse_rules(tables: list[object], where: str) -> tuple[Rule, ...]:
    rules: dict[tuple[tuple[str, bool], ...], Rule] = {}
    for n, table in enumerate(tables, 1):
        rule = Rule(**_table(table, f"{where}, rule {n}", {"phrase": str, "weight": float, "reason": str}))
        words = tuple(_phrase_words(rule.phrase))
        if not words or not words[0][0]:
            raise ConfigError(f"{where}, rule {n}: {rule.phrase!r} does not begin with a word. Begin it with one.")
        if words in rules:
            raise ConfigError(f"{where}, rule {n}: {rule.phrase!r} stands there twice. Keep one of them.")
        rules[words] = rule
    return tuple(rules.values())


def _parse_scoring(table: object, where: str, entries: Sequence[Topic | ResearchType]) -> Scoring:
    scoring = Scoring(**_table(table, where, {**dict.fromkeys(_NUMBERS, float), "fallback": str}))
    if min(getattr(scoring, name) for name in _NUMBERS) < 0 or scoring.threshold == 0 or scoring.repeat_limit < 1:
        raise ConfigError(f"{where}: weights must be 0 or more, threshold over 0, repeat_limit 1 or more. Correct it.")
    if scoring.fallback not in [entry.slug for entry in entries]:
        raise ConfigError(f"{where}: fallback {scoring.fallback!r} is no slug of an entry. Name one that is.")
    for entry in entries:
        if not entry.rules and entry.slug != scoring.fallback:
            raise ConfigError(f"{where}: {entry.slug} has no rule, so it would never be assigned. Add a rule to it.")
    return scoring


def _check_unique(entries: list[tuple[str, tuple[str, ...]]], where: str) -> None:
    seen: set[str] = set()
    for slug, labels in entries:
        if not _SLUG.fullmatch(slug):
            raise ConfigError(f"{where} {slug!r}: a slug holds a-z, 0-9 and single hyphens between them. Rename it.")
        for name in {f"slug {slug}", *(f"label {_fold(label)}" for label in labels)}:
            if name in seen:
                raise ConfigError(f"{where} {slug}: the {name!r} is taken by an entry above it. Change one of them.")
            seen.add(name)


def _table(
    value: object, where: str, required: dict[str, type], optional: dict[str, type] | None = None
) -> dict[str, Any]:
    """`value` when it is a table with all required keys, no unknown ones, and values of the right types."""
    known = required | (optional or {})
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: is not a table. Write it like the other entries.")
    for key in value.keys() - known.keys():
        raise ConfigError(f"{where}: unknown key {key!r}. Known are {', '.join(known)}. Correct or remove it.")
    for key in required.keys() - value.keys():
        raise ConfigError(f"{where}: {key!r} is missing. Add it.")
    for key, item in value.items():
        kind = known[key]
        right = isinstance(item, (int, float) if kind is float else kind) and not isinstance(item, bool)
        if not right or (kind is str and not item.strip()) or (kind is float and not math.isfinite(item)):
            raise ConfigError(f"{where}: {key} = {item!r} is not {_KINDS[kind]}. Correct it.")
    return value
