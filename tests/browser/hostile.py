"""Records whose every field would like to be markup, a script or a link elsewhere, or is far too long for its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ATTACKS = (
    "<script>document.title='run'</script>",
    "<img src=http://elsewhere.example/x onerror=document.title='run'>",
    "\"'><svg/onload=document.title='run'>",
    "</title></textarea></script><iframe src=http://elsewhere.example/>",
    "javascript:document.title='run'",
    "<style>*{display:none}</style><base href=http://elsewhere.example/>",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4,
    "one very long sentence that never comes to its end because nobody stopped its author " * 6,
    "שלום \u202eevil\u202c ",
)


def write_hostile_records(path: Path) -> Path:
    """Write one record per attack, and return the path."""
    lines = [json.dumps(_record(number, attack), ensure_ascii=False) + "\n" for number, attack in enumerate(ATTACKS)]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _record(number: int, attack: str) -> dict[str, Any]:
    return {
        "id": f"2020-{number + 1:02d}-hostile",
        "title": f"Title {attack}",
        "month": f"2020-{number + 1:02d}",
        "summary": [f"Summary {attack}. The alliance {attack} word."],
        "implications": [f"Implications {attack}"],
        "email": f"Author email: {attack}",
        "citation": {
            "printed": f"Printed {attack}",
            "authors": [attack],
            "study_year": 2020,
            "journal": attack,
            "doi": f"10.1/{attack}",
        },
        "topics": [{"value": attack, "source": "page", "evidence": [attack]}],
        "research_type": {"value": attack, "source": "rules", "evidence": [attack]},
        "captures": [{"path": attack, "sha256": attack, "url": attack, "fetched_at": attack}],
    }
