"""Writing files so that nothing half-written is ever found under its name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write a text file under a temporary name, then rename it."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, then rename it. Raises `InputError`."""
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            file.write(data)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> InputError:
    """What to say of a place that cannot be written."""
    reason = error.strerror or str(error)
    return InputError("--out", str(path), f"a place that can be written ({reason})")


def check_folder(path: Path) -> None:
    """Refuse an output folder that cannot be written, before any work is done for it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(20, "it is a file")
        with tempfile.TemporaryDirectory(dir=path.parent):
            pass
        if path.is_dir():
            with tempfile.TemporaryDirectory(dir=path):
                pass
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill; it takes the place of ``path`` once it is whole, and never before."""
    check_folder(path)
    building = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield building
        building.chmod(0o755)
        retired = building.with_name(building.name + ".old")
        if path.exists():
            path.replace(retired)
        building.replace(path)
        shutil.rmtree(retired, ignore_errors=True)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if building.exists():
            shutil.rmtree(building, ignore_errors=True)
