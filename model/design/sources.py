"""A digest of all that a design is made of: it has changed where the digest has."""

from __future__ import annotations

import hashlib
import linecache
import sys
from pathlib import Path
from typing import Any

from lastchunk.model.base.blame import is_own
from lastchunk.model.design.imported import with_imported
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.design.own_page import has_own_page
from lastchunk.model.subset import check_subset
from lastchunk.model.typescript import files_of


def source_of_spec(spec: DesignSpec) -> str:
    """The same of a design; of what stands in for its object, where something does."""
    return source_of(spec.cls) if spec.real is None else spec.real.digest()


def source_of(cls: Any) -> str:
    """A digest of the files of a class, of its page if it brings one, and of all that they import.

    Where a class is in no file, as one of a notebook, it is the text of all that it leads to.
    """
    pages = (cls.page,) if has_own_page(cls) else ()
    bases = [each for part in (cls, *pages) for each in part.__mro__ if each is not object]
    files, texts = set(), set()
    for base in bases:
        file = getattr(sys.modules.get(base.__module__), "__file__", None)
        if file is not None:
            files |= {Path(file), *files_of(base)}
            continue
        reached = {item.file for item in check_subset(base.__name__, base).codes}
        texts |= {"".join(linecache.getlines(name)) for name in reached}
        files |= {Path(name) for name in reached if Path(name).is_file() and is_own(name)}
    whole = hashlib.sha256()
    for content in sorted({file.read_bytes() for file in with_imported(files)}):
        whole.update(content)
    for text in sorted(texts):
        whole.update(text.encode("utf-8"))
    return whole.hexdigest()
