"""A digest over what a file of results says, so that one that was edited is noticed.

It is no signature: whoever changes the file may make a new digest. It tells an edit by hand, a bad
merge, and a design that has changed since, from what the tool wrote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec, find_class
from lastchunk.model.design.sources import source_of, source_of_spec

DIGEST = "digest"


def sealed(data: dict[str, Any]) -> dict[str, Any]:
    """The data with a digest over all of it."""
    return data | {DIGEST: digest_of(data)}


def sealed_with_sources(data: dict[str, Any], designs: Iterable[DesignSpec]) -> dict[str, Any]:
    """The data with a digest of each design's files, by its name, and one over all of it."""
    return sealed(data | {"sources": {spec.name: source_of_spec(spec) for spec in designs}})


def digest_of(data: dict[str, Any]) -> str:
    """The digest of plain data, whatever the order of its keys."""
    rest = {key: value for key, value in data.items() if key != DIGEST}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_seal(data: dict[str, Any], where: str) -> None:
    """Refuse data that is not what was written. Raises `InputError`."""
    if data.get(DIGEST) != digest_of(data):
        allowed = "that of what the file says; it was changed after it was written: write it anew"
        raise InputError(f"{where}: {DIGEST}", data.get(DIGEST), allowed)


def sources_of(designs: Iterable[str], labelled: Mapping[str, DesignSpec]) -> dict[str, str]:
    """For each design a digest of the files that its class, and what that inherits, stand in."""
    known = {name: spec.cls for name, spec in labelled.items()}
    return {design: source_of(known.get(design) or find_class(design)[1]) for design in designs}


def check_sources(sources: dict[str, str], where: str) -> None:
    """Refuse results of a design whose files have changed since. Raises `InputError`."""
    for design, digest in sources.items():
        if source_of(find_class(design)[1]) != digest:
            allowed = "the design as it was explored; it has changed since: explore it anew"
            raise InputError(f"{where}: sources.{design}", digest[:12], allowed)
