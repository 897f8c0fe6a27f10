"""The folder of a sweep: a manifest, a file for each chunk that is done, and the result.

A chunk is written under another name, told to the disk, and renamed: whatever ends the process, a
file that has a chunk's name is whole. What is there need not be run again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import unwritable, write_changed
from lastchunk.model.estimate.sweeps.chunk import read_chunk
from lastchunk.model.estimate.sweeps.plan import SweepPlan, digest_of_plan

FORMAT = "lastchunk sweep 2"
MANIFEST, CHUNKS = "manifest.json", "chunks"
RESULTS = ("rates.parquet", "means.parquet", "result.json")


class SweepFolder:
    """A sweep's folder, of one plan: the one that its manifest describes."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @property
    def digest(self) -> str:
        """The plan's digest."""
        return str(self.manifest["digest"])

    @property
    def chunks(self) -> int:
        """How many chunks there are to be."""
        return int(self.manifest["plan"]["chunks"])

    @staticmethod
    def of(plan: SweepPlan, path: Path) -> SweepFolder:
        """A folder for a plan: a new one, or one in which this very plan was begun."""
        described = plan.described()
        manifest = {"format": FORMAT, "digest": digest_of_plan(described), "plan": described}
        if (path / MANIFEST).exists():
            known = SweepFolder.open(path)
            if known.digest != manifest["digest"]:
                allowed = (
                    f"a new folder, or one of this plan; it holds another: {_change(known, plan)}"
                )
                raise InputError("--out", str(path), allowed)
            return known
        try:
            foreign = sorted(item.name for item in path.iterdir()) if path.is_dir() else []
            if foreign:
                raise InputError("--out", str(path), f"a new folder; this one holds {foreign[0]!r}")
            (path / CHUNKS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error
        folder = SweepFolder(path, json.loads(json.dumps(manifest, default=str)))
        folder.write(MANIFEST, json_bytes(folder.manifest))
        return folder

    @staticmethod
    def open(path: Path, option: str = "--out") -> SweepFolder:
        """A folder that there is. Raises `InputError`."""
        try:
            manifest = json.loads((path / MANIFEST).read_bytes())
            if manifest["format"] != FORMAT or manifest["digest"] != digest_of_plan(
                manifest["plan"]
            ):
                raise ValueError("another format, or changed by hand")
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            allowed = f"the folder of a sweep, with its {MANIFEST} ({reason})"
            raise InputError(option, str(path), allowed) from error
        return SweepFolder(path, manifest)

    def write(self, name: str, data: bytes) -> None:
        """Write a file so that it is whole, or not there. Raises `InputError`."""
        write_changed(self.path / name, data)

    def place(self, number: int) -> Path:
        """Where a chunk is, or will be."""
        return self.path / CHUNKS / f"{number:08d}.parquet"

    def done(self, number: int) -> pd.DataFrame | None:
        """A chunk that is there, whole, and of this plan. One that is damaged is removed."""
        if not self.place(number).exists():
            return None
        try:
            return self.read(number)
        except InputError:
            try:
                self.place(number).unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(self.place(number), error) from error
            return None

    def keep(self, number: int, data: bytes) -> None:
        """Write a chunk."""
        self.write(f"{CHUNKS}/{number:08d}.parquet", data)

    def read(self, number: int) -> pd.DataFrame:
        """A chunk. Raises `InputError`."""
        place = self.place(number)
        try:
            return read_chunk(place.read_bytes(), self.digest, number)
        except OSError as error:
            raise InputError(str(place), None, error.strerror or str(error)) from error
        except InputError as error:
            raise InputError(str(place), None, error.allowed) from error

    def there(self) -> list[int]:
        """The numbers of the chunks that are there, in order."""
        names = (item.stem for item in (self.path / CHUNKS).glob("*.parquet"))
        return sorted(int(name) for name in names if name.isdigit() and int(name) < self.chunks)

    @contextmanager
    def taken(self, shard: tuple[int, int], is_needed: bool = True) -> Iterator[None]:
        """Let nobody else run this shard in this folder. What an end left behind is removed.

        Where it is not needed, and nothing can be written, it is not taken.
        """
        place = self.path / f".lock-{shard[0]}-of-{shard[1]}"
        try:
            descriptor = os.open(place, os.O_CREAT | os.O_RDWR, 0o644)
        except OSError as error:
            if is_needed:
                raise unwritable(self.path, error) from error
            yield
            return
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                allowed = "a folder in which nobody else runs the same shard now"
                raise InputError("--out", str(self.path), allowed) from error
            except OSError:
                pass  # a file system without locks: two that run the same write the same bytes
            self._clear(shard)
            yield
            place.unlink(missing_ok=True)
        finally:
            os.close(descriptor)

    def _clear(self, shard: tuple[int, int]) -> None:
        """Remove unfinished files of this shard: a process that was killed could not."""
        if shard == (1, 1):
            for left in self.path.glob(".*.json.*"):
                left.unlink(missing_ok=True)
        for left in (self.path / CHUNKS).glob(".*.parquet.*"):
            name = left.name[1:].partition(".")[0]
            if name.isdigit() and is_in_shard(int(name), shard):
                with suppress(OSError):
                    left.unlink()


def is_in_shard(number: int, shard: tuple[int, int]) -> bool:
    """Whether a chunk is that of a shard, the first of which is 1."""
    return number % shard[1] == shard[0] - 1


def json_bytes(data: Any) -> bytes:
    """Plain data as the bytes of a file."""
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def merged(folders: Sequence[Path], out: Path, partial: bool = True) -> SweepFolder:
    """Bring the chunks of several folders of one plan together. Raises `InputError`.

    Nothing is written before each chunk has been read; unless ``partial``, all must be there.
    """
    opened = [SweepFolder.open(path, "FOLDER") for path in folders]
    first = opened[0]
    for other in opened[1:]:
        if other.digest != first.digest:
            raise InputError("FOLDER", str(other.path), f"one of the same plan as {first.path}")
    known = _known(first, out)
    if known is not None and all(each.path.resolve() != out.resolve() for each in opened):
        opened.insert(0, known)  # so that a whole chunk of a shard comes before its own
    there = {number: folder for folder in opened for number in folder.there()}
    for number, folder in there.items():
        folder.read(number)
    missing = [number for number in range(first.chunks) if number not in there]
    if missing and not partial:
        words = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
        said = f"{len(missing)} of {first.chunks} chunks are missing: {words}"
        raise InputError("FOLDER", said, "folders with all of them, or --partial")
    target = known or _begun(first, out)
    for number, folder in there.items():
        if folder.path.resolve() != target.path.resolve():
            target.keep(number, folder.place(number).read_bytes())
    return target


def _known(like: SweepFolder, out: Path) -> SweepFolder | None:
    """The folder to write into, where it is there already."""
    if not (out / MANIFEST).exists():
        return None
    known = SweepFolder.open(out)
    if known.digest != like.digest:
        raise InputError("--out", str(out), "a new folder, or one of the same plan")
    return known


def _begun(like: SweepFolder, out: Path) -> SweepFolder:
    try:
        (out / CHUNKS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from error
    target = SweepFolder(out, like.manifest)
    target.write(MANIFEST, json_bytes(like.manifest))
    return target


def _change(known: SweepFolder, plan: SweepPlan) -> str:
    """What is not the same, by name."""
    before, now = known.manifest["plan"], json.loads(json.dumps(plan.described(), default=str))
    return ", ".join(key for key in now if before.get(key) != now[key]) or "of another version"
