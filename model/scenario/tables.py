"""Files of tables beside a scenario: checks to keep, a plan to run, how a class is asked.

What a table of a design is, and from where its file's names are looked up, is the same in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import OverwriteError
from lastchunk.model.base.toml_text import read_toml
from lastchunk.model.scenario.load import SHIPPED
from lastchunk.model.scenario.refusals import Source, first_error

Table = TypeVar("Table", bound=BaseModel)
DesignOfTable = str | tuple[str, str, dict[str, Any]]


class StrictTable(BaseModel):
    """A table that knows each of its keys, and reads no text as a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


def _is_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line, without control characters")
    return text


OneLine = Annotated[str, AfterValidator(_is_one_line)]
"""A text that stands in one line, without signs that no screen shows."""


class DesignEntry(StrictTable):
    """A design by its name or ``file.py:Class``; with a label it may have settings of its own."""

    design: Annotated[str, Field(min_length=1)]
    label: Annotated[str, Field(min_length=1), AfterValidator(_is_one_line)] = ""
    settings: dict[str, Any] = {}

    def given(self, folder: Path) -> DesignOfTable:
        """It as a caller gives one; a file is looked up from the folder of the table's file."""
        reference = str(folder / self.design) if ":" in self.design else self.design
        if not (self.label or self.settings):
            return reference
        return self.label or self.design, reference, self.settings


def _as_table(given: Any) -> Any:
    return {"design": given} if isinstance(given, str) else given


DesignEntries = Annotated[
    list[Annotated[DesignEntry, BeforeValidator(_as_table)]], Field(min_length=1)
]
NameList = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


def scenario_given(name: str, folder: Path) -> str:
    """A shipped name as it is; a path from the folder of the file that names it."""
    is_shipped = (SHIPPED / f"{name}.toml").is_file()
    return name if is_shipped or not (folder / name).exists() else str(folder / name)


@contextmanager
def blamed(place: str) -> Iterator[None]:
    """What is refused inside is named by its place in the file."""
    try:
        yield
    except OverwriteError:
        raise
    except InputError as error:
        inner = error.field.removeprefix("--set").strip().removeprefix("--")
        ends = tuple(f"{before}{inner}{after}" for before in (".", " ") for after in ("", "s"))
        same = not inner or place.endswith(ends)
        field = place if same else f"{place}: {inner}"
        raise type(error)(field, error.value, error.allowed) from error


def read_table(path: Path, field: str, allowed: str, kind: type[Table]) -> Table:
    """A file as a table of this kind. Raises `InputError` with the first thing wrong with it."""
    data = read_toml(path, field, allowed)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise first_error(error, Source(str(path)), kind) from error
