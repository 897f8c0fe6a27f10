"""From a reference to a design: a shipped name, or ``path/to/file.py:ClassName``.

A reference is also how a design travels to another process: the class is imported there again.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lastchunk.model.base.blame import ESCAPES, is_from_outside, place_of_error, place_of_method
from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.base.step_limit import STEP_SECONDS_MAX, time_limit
from lastchunk.model.design.old_names import old_names
from lastchunk.model.design.own_page import check_page, has_own_page
from lastchunk.model.scenario.delay import MS_MAX
from lastchunk.model.scenario.load import check_client
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.subset import check_subset
from lastchunk.reference_impl.designs import DESIGNS

OBJECT_METHODS = ("create", "upload", "alarm")


@dataclass(frozen=True)
class DesignSpec:
    """A design with its settings. ``reference`` finds it again in another process."""

    name: str
    cls: Any
    settings: Any
    reference: str

    def __reduce__(self) -> tuple[Callable[..., DesignSpec], tuple[Any, ...]]:
        return _again, (self.reference, dataclasses.asdict(self.settings))


def _again(reference: str, settings: dict[str, Any]) -> DesignSpec:
    name, cls = find_class(reference)
    return DesignSpec(name, cls, cls.Settings(**settings), reference)


def shipped_designs() -> dict[str, str]:
    """Each shipped design's name, with the first line of what it says of itself."""
    return {name: (cls.__doc__ or "").splitlines()[0] for name, cls in DESIGNS.items()}


def load_design(reference: str, scenario: Scenario | None = None) -> DesignSpec:
    """The design of a reference, with the scenario's settings for it. Raises `InputError`."""
    name, cls = find_class(reference)
    overrides = {} if scenario is None else settings_for(name, cls, scenario.design)
    known = {field.name: field for field in dataclasses.fields(cls.Settings)}
    for key, value in overrides.items():
        _check_setting(f"design.{name}.{key}", value, known[key])
    try:
        settings = cls.Settings(**overrides)
    except (TypeError, ValueError) as error:
        raise DesignError(f"design {name}: its settings are refused: {error}") from error
    return DesignSpec(name, cls, settings, reference)


def load_designs(references: list[str], scenario: Scenario) -> list[DesignSpec]:
    """Several designs; a setting of the scenario that none of them knows is refused."""
    designs = [load_design(reference, scenario) for reference in references]
    names = [design.name for design in designs]
    if len(set(names)) < len(names):
        raise InputError("--design", names, "each design once")
    known = {field.name for d in designs for field in dataclasses.fields(d.settings)}
    shipped = {field.name for cls in DESIGNS.values() for field in dataclasses.fields(cls.Settings)}
    for key, value in scenario.design.items():
        if not isinstance(value, dict) and key not in known | shipped:
            raise InputError("design", key, _nearest(key, known | shipped))
        if isinstance(value, dict) and key not in {*names, *DESIGNS}:
            raise InputError("design", key, _nearest(key, {*names, *DESIGNS}))
    return designs


def settings_for(name: str, cls: Any, overrides: dict[str, Any]) -> dict[str, Any]:
    """The overrides that concern one design: those it knows, and those under its own name."""
    known = {field.name for field in dataclasses.fields(cls.Settings)}
    chosen = {key: value for key, value in overrides.items() if key in known}
    own = overrides.get(name, {})
    if isinstance(own, dict):
        for key in own:
            if key not in known:
                raise InputError(f"design.{name}", key, _nearest(key, known))
        chosen.update(own)
    return chosen


def _check_setting(field: str, value: Any, known: dataclasses.Field[Any]) -> None:
    expected = type(known.default)
    number = expected is float and type(value) is int
    if known.default is not dataclasses.MISSING and type(value) is not expected and not number:
        raise InputError(field, value, f"a value of type {expected.__name__}")
    if known.name.endswith("_ms") and isinstance(value, int) and value < 0:
        raise InputError(field, value, "at least 0 ms")
    if isinstance(value, int | float) and not -MS_MAX <= value <= MS_MAX:
        raise InputError(field, value, f"at most {MS_MAX:,}")


def find_class(reference: str) -> tuple[str, Any]:
    """The name and the class behind a reference, checked to be a design."""
    if reference in DESIGNS:
        return reference, DESIGNS[reference]
    file, colon, name = reference.rpartition(":")
    if not colon or not file:
        allowed = f"path/to/file.py:ClassName, or {_nearest(reference, set(DESIGNS))}"
        raise InputError("--design", reference, allowed)
    module = _import(Path(file))
    cls = getattr(module, name, None)
    if not inspect.isclass(cls):
        classes = {n for n, item in vars(module).items() if inspect.isclass(item)}
        raise InputError("--design", reference, f"a class of {file}: {_nearest(name, classes)}")
    _check_class(name, cls)
    check_subset(name, cls)
    return name, cls


def _import(path: Path) -> Any:
    if not path.is_file():
        raise InputError("--design", str(path), "a Python file that exists")
    name = f"lastchunk_design_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError("--design", str(path), "a Python file (.py)")
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its own module up while it is being made.
    sys.modules[name] = module
    try:
        work = f"design file {path}, as it was imported,"
        with time_limit(work, STEP_SECONDS_MAX), old_names(path):
            spec.loader.exec_module(module)
    except DesignError:
        raise
    except (Exception, *ESCAPES) as error:
        if is_from_outside(error):
            raise
        raise DesignError(
            f"design file {path} raised {type(error).__name__} as it was imported"
            f"{place_of_error(error)}: {error}"
        ) from error
    return module


def _check_class(name: str, cls: Any) -> None:
    if not dataclasses.is_dataclass(getattr(cls, "Settings", None)):
        raise DesignError(f"design {name} needs Settings, a frozen dataclass")
    stop_call = getattr(cls, "stop_call", None)
    if not isinstance(stop_call, str):
        raise DesignError(f"design {name} needs stop_call, the name of the method a stop reaches")
    for method in (*OBJECT_METHODS, stop_call, "stop_flow"):
        if not inspect.iscoroutinefunction(getattr(cls, method, None)):
            raise DesignError(f"design {name} needs an async method {method}()")
    check_client(getattr(cls, "client", {}), f"design {name}")
    notifies = getattr(cls, "notifies", False)
    if not isinstance(notifies, bool):
        raise InputError(f"design {name}: notifies", notifies, "True or False")
    takes(name, cls, "__init__", 2, "(ctx, settings)")
    for method, count, arguments in (
        ("create", 1, "()"),
        ("alarm", 1, "()"),
        ("upload", 2, "(chunk)"),
    ):
        if method != "upload" or not has_own_page(cls):  # such a page passes what it likes
            takes(name, cls, method, count, arguments)
    check_page(name, cls, takes)


def takes(name: str, cls: Any, method: str, count: int, arguments: str) -> None:
    """Refuse a method that cannot be called with so many arguments, ``self`` among them."""
    function = cls if method == "__init__" else getattr(cls, method)
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError as error:
        where = place_of_method(cls, method)
        raise DesignError(
            f"{name}.{method}(){where} cannot be called with {arguments}: {error}"
        ) from error
    except ValueError:
        return  # it says nothing of what it takes


def _nearest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f"nearest known name {close[0]!r}" if close else "one of " + ", ".join(sorted(known))
