"""A record whose every field holds an attack, for the tests that look at pages and for those in a browser."""

from __future__ import annotations

from typing import Any


def hostile_record(doc_id: str, month: str, attack: str) -> dict[str, Any]:
    return {
        "id": doc_id,
        "title": f"Title {attack}",
        "month": month,
        "summary": [f"Summary {attack}. The alliance {attack} word."],
        "implications": [f"Do {attack}"],
        "email": f"Author email: {attack}",
        "citation": {
            "printed": f"Printed {attack}",
            "authors": [attack],
            "study_year": 2020,
            "title": f"Study {attack}",
            "journal": attack,
            "doi": f"10.1/{attack}",
        },
        "topics": [{"value": attack, "source": "page", "evidence": [attack]}],
        "research_type": {"value": attack, "source": "rules", "evidence": [attack]},
        "captures": [{"path": attack, "sha256": attack, "url": attack, "fetched_at": attack}],
    }
