"""The dotted names of settings, as something that an editor or a notebook can complete."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from lastchunk.model.scenario.schema import Scenario


class SettingName(str):
    """The dotted name of a setting, whose attributes are the names of what is in it.

    >>> settings.network.request_loss
    'network.request_loss'
    >>> "request_loss" in dir(settings.network)
    True
    >>> {settings.client.chunk_ms: 5_000}
    {'client.chunk_ms': 5000}
    """

    _inside: dict[str, Any] | None

    def __new__(cls, name: str, inside: dict[str, Any] | None) -> SettingName:
        """The name, and what is in it; None for any name, as of a design's settings."""
        made = super().__new__(cls, name)
        made._inside = inside
        return made

    def __getattr__(self, name: str) -> SettingName:
        """The name of a setting in this one."""
        if name.startswith("_") or (self._inside is not None and name not in self._inside):
            raise AttributeError(f"no setting {name!r} in {str(self) or 'a scenario'!r}")
        inner = None if self._inside is None else names_in(self._inside[name])
        return SettingName(f"{self}.{name}".removeprefix("."), inner)

    def __dir__(self) -> list[str]:
        return sorted(self._inside or ())


def names_in(annotation: Any) -> dict[str, Any] | None:
    """The settings of a table by name, with what each may be; None where any name will do."""
    tables = [item for item in _flat(annotation) if isinstance(item, type)]
    if dict in tables:
        return None
    found: dict[str, Any] = {}
    for table in tables:
        if issubclass(table, BaseModel):
            found |= {name: field.annotation for name, field in table.model_fields.items()}
    return found


def _flat(annotation: Any) -> list[Any]:
    parts = get_args(annotation)
    if not parts:
        return [annotation]
    origin = getattr(annotation, "__origin__", None)
    return [dict] if origin is dict else [item for part in parts for item in _flat(part)]


settings = SettingName("", names_in(Scenario))
"""The root: ``settings.network.request_loss`` is ``"network.request_loss"``."""
