"""Spelling variants of a word, before it is stemmed: Canadian, British and US forms, Latin plurals, stems kept apart.

Input: a folded word. Output: the form that the stemmer gets. Snowball's English stemmer knows inflection only: it keeps
"behaviour" from "behavior" and "analyses" from "analysis", and takes "mentalizing" for "mental".
"""

from __future__ import annotations

import re

# Verbs that are written -ise everywhere; every other -ise, -ising, -isation is taken for -ize.
_ALWAYS_ISE = frozenset(
    """
    advertise advise appraise arise braise bruise chastise circumcise comprise compromise concise cruise demise despise
    devise disguise enterprise excise exercise expertise franchise guise improvise incise likewise malaise merchandise
    noise otherwise paradise poise praise precise premise promise raise revise rise supervise surmise surprise televise
    treatise wise
    """.split()
)
_ISE = re.compile(r"(\w{3,}is)(e[drs]?|ers|ing|able)")
_RULES = (
    (re.compile(r"practis(e|ed|es|ing)"), r"practic\1"),
    (re.compile(r"(\w*analy)[sz](?:e|ed|er|ers|es|ing|is)"), r"\1sis"),
    (re.compile(r"(\w*(?:synthe|hypothe|diagno|progno|psycho|neuro|paraly|cri))ses"), r"\1sis"),
    (re.compile(r"(\w{3,})isation(s?)"), r"\1ization\2"),
    (
        re.compile(
            r"((?:mis)?behavi|col|demean|endeav|fav|flav|harb|hon|hum|lab|neighb|od|rum|sav|tum|vap|vig)our(\w*)"
        ),
        r"\1or\2",
    ),
    (re.compile(r"counsellor(s?)"), r"counselor\1"),
    (re.compile(r"(cent|theat|fib|met|lit)re(d|s?)"), r"\1er\2"),
    (re.compile(r"centerd"), "centered"),
    (re.compile(r"programme(s?)"), r"program\1"),
    (re.compile(r"(judg|acknowledg)ement(s?)"), r"\1ment\2"),
    (re.compile(r"(def|off|pret)ence(s?)"), r"\1ense\2"),
    (re.compile(r"sceptic(\w*)"), r"skeptic\1"),
    (re.compile(r"grey(\w*)"), r"gray\1"),
    (re.compile(r"(ortho|)paed(\w+)"), r"\1ped\2"),
    (re.compile(r"(an)aesth(\w+)"), r"\1esth\2"),
)
# Families whose stem would fall together with that of another word. What stands here is the term itself.
_KEPT_APART = (
    (re.compile(r"mentali[sz](?:e|ed|es|ing|ation|ations)"), "mentaliz"),  # not "mental"
    (re.compile(r"medicat(?:e|ed|es|ing|ion|ions)"), "medicat"),  # not "medical"
    (re.compile(r"mindful(?:ly|ness)?"), "mindful"),  # not "mind"
    (re.compile(r"responsive(?:ly|ness)?"), "responsiv"),  # not "response"
    (re.compile(r"personali[sz](?:e|ed|es|ing|ation)"), "personaliz"),  # not "person"
    (re.compile(r"personalit(?:y|ies)"), "personality"),  # not "personal"
)


def unify(word: str) -> tuple[str, bool]:
    """Return the form of a word that stands for all its variants, and whether it still is to be stemmed."""
    for pattern, term in _KEPT_APART:
        if pattern.fullmatch(word):
            return term, False
    for pattern, replacement in _RULES:
        if match := pattern.fullmatch(word):
            word = match.expand(replacement)
    match = _ISE.fullmatch(word)
    if match and f"{match[1]}e" not in _ALWAYS_ISE:
        word = f"{match[1][:-1]}z{match[2]}"
    return word, True
