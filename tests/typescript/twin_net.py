"""Judges one random design in both languages: the same verdicts, the same states and classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lastchunk
from benchmarks.twin_grammar import BINDING, TwinGrammar
from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.verify import Budget

SCOPE = (
    "chunks=1",
    "disconnects=0",
    "low_ms=1",
    "high_ms=3",
    "blobs.put_delay_ms={distribution='uniform',low_ms=1,high_ms=3}",
)
CLASSES = 400


def said_of(reference: str) -> dict[str, Any]:
    """What exploring says of a design: its verdicts and how much it looked at; or why not."""
    try:
        scope = lastchunk.load_scenario("small-scope", [*SCOPE, "design.grace_ms=5"])
        proof = lastchunk.verify(
            scope, reference, budget=Budget(classes=CLASSES), counterexamples=False, attack=0
        )
    except InputError:
        return {"refused": True}
    kinds = {slug: verdict.kind for slug, verdict in proof.verdicts.items()}
    return {"kinds": kinds, "states": proof.states, "classes": proof.classes}


def both_said(number: int, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the random design of that number, in Python and in TypeScript."""
    made = TwinGrammar(number)
    files = {"twin.py": made.python, "twin.ts": made.typescript, "twin.toml": BINDING}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    one, other = (said_of(f"{folder / name}:Design") for name in ("twin.py", "twin.ts"))
    return one, other
