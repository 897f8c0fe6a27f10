"""The folders as they are installed, by links: for other interpreters, which have no install."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("model", "reference_impl", "reports", "scenarios")


def linked(folder: Path) -> Path:
    """A folder to import lastchunk from. Returns it."""
    package = folder / "lastchunk"
    package.mkdir(parents=True)
    for item in (ROOT / "lastchunk").iterdir():
        if item.name != "__pycache__":
            (package / item.name).symlink_to(item)
    for part in PARTS:
        (package / part).symlink_to(ROOT / part)
    return folder
