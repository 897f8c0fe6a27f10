"""Writing files so that nothing half-written is ever found under its name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from model.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write a text file under a temporary name, then rename it."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, then rename it. Raises `InputError`."""
    building: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            building = Path(file.name)
            file.write(data)
        building.chmod(0o644)
        building.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if building is not None:
            building.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> InputError:
    """What to say of a place that cannot be written."""
    reason = error.strerror or str(error)
    return InputError("--out", str(path), f"a place that can be written ({reason})")


def check_folder(path: Path, own: Collection[str]) -> None:
    """Refuse an output folder that cannot be written, before any work is done for it.

    A folder that exists is replaced, so it may hold nothing but the names in ``own``.
    """
    path = path.resolve()
    foreign: list[str] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(20, "it is a file")
        with tempfile.TemporaryDirectory(dir=path.parent):
            pass
        if path.is_dir():
            with tempfile.TemporaryDirectory(dir=path):
                pass
            foreign = sorted({item.name for item in path.iterdir()} - set(own))
    except OSError as error:
        raise unwritable(path, error) from error
    if foreign:
        allowed = f"a new folder, an empty one or an older report; this one holds {foreign[0]!r}"
        raise InputError("--out", str(path), allowed)


@contextmanager
def new_folder(path: Path, own: Collection[str]) -> Iterator[Path]:
    """A folder to fill; it takes the place of ``path`` once it is whole, and never before.

    ``own`` names what it will hold: an older folder with anything else in it is left alone.
    """
    check_folder(path, own)
    path = path.resolve()
    building = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    retired = building.with_name(building.name + ".old")
    try:
        yield building
        building.chmod(0o755)
        if path.exists():
            path.replace(retired)
        building.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if retired.exists() and not path.exists():  # the new one did not come to stand there
            retired.replace(path)
        for left in (building, retired):
            shutil.rmtree(left, ignore_errors=True)
