"""Own properties from a file: each name of it that holds one is a property."""

from __future__ import annotations

from pathlib import Path

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import import_file
from lastchunk.model.properties import Property
from lastchunk.model.properties.judged import asked_of, with_name
from lastchunk.model.properties.names import nearest_name

FILE_OPTION = "--properties"


def load_properties(file: Path, option: str = FILE_OPTION) -> dict[str, Property]:
    """The properties of a file, by name and in its order. Raises `InputError`."""
    module = import_file(file, option, "property")
    found = {
        name: with_name(value, name)
        for name, value in vars(module).items()
        if isinstance(value, Property) and value.watch is not None and not name.startswith("_")
    }
    if not found:
        raise InputError(option, str(file), "a file with properties as docs/properties.md says")
    return asked_of(found.values())


def load_property(reference: str) -> Property:
    """The property of ``file.py:NAME``. Raises `InputError`."""
    file, _, name = reference.rpartition(":")
    found = load_properties(Path(file), "--property")
    if name not in found:
        raise InputError("--property", name, f"a property of {file}: {nearest_name(name, found)}")
    return found[name]


def is_reference(word: str) -> bool:
    """Whether a word names a property in a file."""
    file, colon, _ = word.rpartition(":")
    return bool(colon) and bool(file)
