"""What a page proves: the blog's topic or type filter under which it was listed.

Input: a Page (its address) and its Reading (the filter lists it shows). Output: the filters that hold for every article
on it. A filtered page says nothing about other topics. Where address and marked choice are both known they must agree.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from indexer.formats.landmarks import is_no_filter
from indexer.model import Filter, Page, Problem, Reading

# The live pages are /pprnet/blog?cat_1=<research type id>&cat_2=<topic id>&p=<page>.
PARAMETERS = {"type": "cat_1", "topic": "cat_2"}
PAGE_PARAMETER = "p"


def proven_filters(page: Page, reading: Reading) -> tuple[tuple[Filter, ...], tuple[Problem, ...]]:
    """Return at most one filter per kind, and a problem for each kind whose evidence contradicts itself.

    It is a note where the address holds a page number: past the end of a list the blog shows some other page.
    """
    proven: list[Filter] = []
    problems: list[Problem] = []
    for kind, parameter in PARAMETERS.items():
        marked = [choice for choice in reading.marked if choice.kind == kind]
        site_id = _id_in_address(page.url, parameter)
        addressed = [choice for choice in reading.choices if choice.kind == kind and choice.site_id == site_id]
        if site_id is None:
            addressed = []
        labels = {choice.label for choice in marked}
        message = ""
        if len(labels) > 1:
            message = f"The page marks {len(labels)} choices in one filter list; none was credited."
        elif marked and (
            (addressed and addressed[0].label not in labels)
            or (site_id is not None and marked[0].site_id not in (None, site_id))
        ):
            asked = addressed[0].label if addressed else f"{parameter}={site_id}"
            message = (
                f"Its address asks for '{asked}', but the page marks '{marked[0].label}': "
                "neither was credited. Save the page again if it matters."
            )
        if message:
            if _id_in_address(page.url, PAGE_PARAMETER) is not None:
                message = f"{message} Past the end of a list the blog shows some other page."
                problems.append(Problem("past-the-end", message, page.path, level="note"))
            else:
                problems.append(Problem("filter-conflict", message, page.path))
        elif addressed or (marked and not is_no_filter(marked[0].label)):
            proven.append((addressed or marked)[0])
    return tuple(proven), tuple(problems)


def _id_in_address(url: str | None, parameter: str) -> str | None:
    try:
        values = parse_qs(urlsplit(url or "").query).get(parameter)
    except ValueError:  # an address that is none, such as "http://[": it proves nothing
        return None
    return values[0] if values and len(set(values)) == 1 else None
