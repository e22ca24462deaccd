"""Records whose every field would like to be markup, a script or a link elsewhere, or is far too long for its place."""

from __future__ import annotations

import json
from pathlib import Path

from hostile_record import hostile_record

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
    months = [f"2020-{number:02d}" for number in range(1, len(ATTACKS) + 1)]
    records = [hostile_record(f"{month}-hostile", month, attack) for month, attack in zip(months, ATTACKS, strict=True)]
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path
