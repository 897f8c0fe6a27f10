"""Nodes on disk: what one process has learned of a design in a scenario serves the next one.

A file is named by all that its content hangs on: the tool's own sources, the scenario with what it
was measured from, and the design with each value that its code reaches. What is kept never grows: a
session that comes to a step that is not there is run in SimPy, and once that has cost much, all is
learned anew. Sessions that are run both ways find what is wrong, and then it is deleted.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import cache_folder, digest_of_code, read_sealed, write_sealed
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.design.sources import content_of
from lastchunk.model.kernel.nodes import Frozen
from lastchunk.model.scenario.schema import Scenario, TraceUplinkSpec
from lastchunk.reference_impl import contract

SWITCH = "LASTCHUNK_TABLES"
"""``off`` in this variable of the environment: nothing is kept, and nothing kept is used."""
BYTES_MAX = 1 << 30
"""More than that is not kept: what was used longest ago is deleted first."""
NUMBERS = "numbers"
UNREAD = (OSError, InputError, SyntaxError, ValueError, RecursionError)
"""Of what cannot be read to its end nothing is kept: a file that is not there any more, or is no
Python though it is imported somewhere; a value that is nested too deep."""


class KeptNodes(NamedTuple):
    """Nodes as compiled code takes them, and how many steps they have; of the pilot's sessions how
    many there were, and their events, and the steps that these and half of them came to."""

    arrays: Frozen
    steps: int
    sessions: int
    events: int
    grown: int
    grown_before: int


def load_nodes(place: Path) -> KeptNodes | None:
    """What is kept in a file; None where there is none, or a broken one."""
    data = read_sealed(place)
    if data is None:
        return None
    with suppress(OSError):
        os.utime(place)  # it was of use
    with np.load(io.BytesIO(data), allow_pickle=False) as parts:
        arrays = Frozen(*(parts[name] for name in Frozen._fields))
        return KeptNodes(arrays, *parts[NUMBERS].tolist())


def save_nodes(place: Path, kept: KeptNodes) -> None:
    """Keep what was learned; where nothing can be written the next process learns it anew."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        allow_pickle=False,
        **kept.arrays._asdict(),
        **{NUMBERS: np.array(kept[1:], np.int64)},
    )
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_sealed(place, file.getvalue())
        _drop_oldest(place.parent)
    except (InputError, OSError):
        return


def nodes_file(scenario: Scenario, design: DesignSpec) -> Path | None:
    """The file for a design in a scenario; None where nothing may be kept of it."""
    if os.environ.get(SWITCH) == "off":
        return None
    measured = b""
    try:
        content = content_of(design)
        if isinstance(scenario.uplink, TraceUplinkSpec):
            measured = scenario.uplink.file.read_bytes()
    except UNREAD:
        return None
    if content is None:
        return None
    whole = hashlib.sha256(measured)
    for part in (_tool(), scenario.model_dump_json(), design.name, content):
        whole.update(b"\0" + part.encode("utf-8", "surrogatepass"))
    return cache_folder() / "tables" / f"{whole.hexdigest()[:32]}.nodes"


@cache
def _tool() -> str:
    """What the tool is, and what its numbers are made with."""
    model, ports = Path(__file__).parents[2], Path(contract.__file__).parent
    versions = [sys.version, platform.platform(), *map(version, ("numpy", "scipy"))]
    return " ".join([digest_of_code((model, ports)), *versions])


def _drop_oldest(folder: Path) -> None:
    """Delete what was used longest ago, where all is too much."""
    files = [(path, path.stat()) for path in folder.glob("*.nodes")]
    too_much = sum(found.st_size for _, found in files) - BYTES_MAX
    for path, found in sorted(files, key=lambda item: item[1].st_mtime_ns):
        if too_much <= 0:
            return
        path.unlink(missing_ok=True)
        too_much -= found.st_size
