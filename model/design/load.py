"""From what is given to a design: a class, a shipped name, or ``path/to/file.py:ClassName``.

A reference is also how a design travels to another process: the class is imported there again. A
class that was given itself travels with its code (`carried.py`).
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

from lastchunk.model.base.blame import (
    ESCAPES,
    is_from_outside,
    is_thrown_by_a_person,
    place_of_error,
    place_of_method,
)
from lastchunk.model.base.errors import (
    DesignError,
    InputError,
    as_plain,
    name_of_class,
    text_of_error,
)
from lastchunk.model.base.step_limit import STEP_SECONDS_MAX, time_limit
from lastchunk.model.design.carried import pack, unpack
from lastchunk.model.design.from_source import from_text
from lastchunk.model.design.given import (
    GIVEN_AS,
    class_of_session,
    is_settings,
    reference_of,
    remember,
    taken_apart,
)
from lastchunk.model.design.named_settings import shipped_settings
from lastchunk.model.design.neighbours import neighbours
from lastchunk.model.design.old_names import old_names
from lastchunk.model.design.own_page import check_page, has_own_page
from lastchunk.model.scenario.delay import MS_MAX
from lastchunk.model.scenario.load import check_client
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.subset import check_subset
from lastchunk.reference_impl.designs import DESIGNS

TYPESCRIPT = (".ts", ".mts")
OBJECT_METHODS = ("create", "upload", "alarm")
IMPORTED = "lastchunk_design_"
"""How the module of a design file is called: a class of such a one can be imported again."""


class StandIn(Protocol):
    """What stands in for a design's object: the program of one instance, and of which text."""

    def program(self, name: str, world: Any) -> Any:
        """A program for a world's object."""

    def digest(self) -> str:
        """A digest of what it is made of."""


@dataclass(frozen=True)
class DesignSpec:
    """A design with its settings. ``reference`` finds it again in another process.

    ``real`` is an object on the real runtime that stands in for the class's own, where there is
    one (`StandIn`); the class then gives the page alone.
    """

    name: str
    cls: Any
    settings: Any
    reference: str
    real: StandIn | None = None

    def __reduce__(self) -> tuple[Callable[..., DesignSpec], tuple[Any, ...]]:
        if self.real is not None:
            return _with_real, (dataclasses.replace(self, real=None), self.real)
        if self.cls is DESIGNS.get(self.reference) or self.cls.__module__.startswith(IMPORTED):
            return _again, (self.name, self.reference, values_of(self.settings))
        return _carried, (self.name, self.reference, self._payload)

    @cached_property
    def _payload(self) -> bytes:
        return pack(self.name, self.cls, self.settings)


DesignLike = DesignSpec | type | str | tuple[str, Any, Any]
"""What stands for a design wherever one is asked for."""


def _with_real(spec: DesignSpec, real: StandIn) -> DesignSpec:
    return dataclasses.replace(spec, real=real)


def _again(name: str, reference: str, settings: dict[str, Any]) -> DesignSpec:
    cls = find_class(reference)[1]
    return DesignSpec(name, cls, cls.Settings(**settings), reference)


def _carried(name: str, reference: str, payload: bytes) -> DesignSpec:
    spec = DesignSpec(name, *unpack(payload), reference)
    spec.__dict__["_payload"] = payload  # it comes back as the class that was sent
    return spec


def values_of(settings: Any) -> dict[str, Any]:
    """The settings of a design by name."""
    return {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}


def shipped_designs() -> dict[str, str]:
    """Each shipped design's name, with the first line of what it says of itself."""
    return {name: (cls.__doc__ or "").splitlines()[0] for name, cls in DESIGNS.items()}


def load_design(given: DesignLike, scenario: Scenario | None = None) -> DesignSpec:
    """The design that is given, with the scenario's settings for it. Raises `InputError`."""
    if isinstance(given, DesignSpec):
        return given
    sent = sent_spec(given)
    if sent is not None and isinstance(given, tuple):
        given = (given[0], sent.cls, given[2])
    part = taken_apart(given)
    own, label, reference = part.settings, part.label, part.design
    if sent is not None:
        name, cls, reference = sent.name, sent.cls, sent.reference
        remember(reference, cls)
    elif isinstance(reference, str):
        name, cls = find_class(reference)
    else:
        name, cls = reference.__name__, reference
        check_class(name, cls)
        reference = reference_of(cls)
        name = reference if reference in DESIGNS else name
    if is_settings(own):
        if not isinstance(own, cls.Settings):
            raise InputError(f"design {label}", own, f"settings of {cls.__qualname__}")
        check_setting_bounds(f"design.{label}", cls, values_of(own))
        return DesignSpec(label, cls, own, reference)
    overrides = {} if scenario is None else settings_for(name, cls, scenario.design)
    if label and scenario is not None:
        labelled = scenario.design.get(label)
        overrides |= _known_settings(label, cls, labelled) if isinstance(labelled, dict) else {}
    overrides |= _known_settings(label, cls, own)
    known = {field.name: field for field in dataclasses.fields(cls.Settings)}
    for key, value in overrides.items():
        _check_setting(f"design.{name}.{key}", value, known[key])
    try:
        settings = cls.Settings(**overrides)
    except (TypeError, ValueError) as error:
        raise DesignError(
            f"design {name}: its settings are refused: {text_of_error(error)}"
        ) from error
    return DesignSpec(label or name, cls, settings, reference)


def sent_spec(given: DesignLike) -> DesignSpec | None:
    """The design in a triple that was made to travel; None in any other."""
    is_sent = isinstance(given, tuple) and len(given) == 3 and isinstance(given[1], DesignSpec)
    return given[1] if is_sent and isinstance(given, tuple) else None


def to_send(given: DesignLike) -> tuple[str, DesignLike]:
    """A design that other processes load, each in a scenario of its own: a name, what is sent.

    A reference travels as it is. A class is told by its reference, a triple by its label.
    """
    if isinstance(given, str):
        return given, given
    if isinstance(given, DesignSpec):
        return given.name, (given.name, given, given.settings)
    part = taken_apart(given)
    if isinstance(part.design, str) and not part.label:
        return part.design, part.design
    spec = load_design(part.design)
    label = part.label or spec.reference
    if part.label:
        load_design(given)  # its settings are looked at now
    return label, (part.label or spec.name, spec, part.settings)


def load_designs(given: Sequence[DesignLike] | DesignLike, scenario: Scenario) -> list[DesignSpec]:
    """Several designs; a setting of the scenario that none of them knows is refused."""
    items = several_designs(given)
    designs = [load_design(item, scenario) for item in items]
    names = [design.name for design in designs]
    if len(set(names)) < len(names):
        raise InputError("--design", names, "each design once, or (label, design, settings)")
    known = {field.name for d in designs for field in dataclasses.fields(d.settings)}
    shipped = shipped_settings()
    titles = {*names, *(design.cls.__name__ for design in designs), *DESIGNS}
    for key, value in scenario.design.items():
        if not isinstance(value, dict) and key not in known | shipped:
            raise InputError("design", key, _nearest(key, known | shipped))
        if isinstance(value, dict) and key not in titles:
            raise InputError("design", key, _nearest(key, titles))
    return designs


def several_designs(given: Any) -> list[Any]:
    """What was given for designs, one by one; one alone is a list of one."""
    is_triple = isinstance(given, tuple) and len(given) == 3 and not isinstance(given[2], str)
    is_triple = is_triple and not isinstance(given[2], type | DesignSpec | tuple)
    if isinstance(given, str | type | DesignSpec | Path) or is_triple:
        return [given]
    if not isinstance(given, Sequence):
        raise InputError("designs", given, f"a list, each of it {GIVEN_AS}")
    if not given:
        raise InputError("designs", list(given), f"at least one: {GIVEN_AS}")
    return list(given)


def _known_settings(label: str, cls: Any, own: Any) -> dict[str, Any]:
    known = {field.name for field in dataclasses.fields(cls.Settings)}
    for key in own:
        if key not in known:
            raise InputError(f"design {label}: setting", key, _nearest(str(key), known))
    return {key: as_plain(value) for key, value in own.items()}


def settings_for(name: str, cls: Any, overrides: dict[str, Any]) -> dict[str, Any]:
    """The overrides that concern one design: those it knows, and those under its own name."""
    known = {field.name for field in dataclasses.fields(cls.Settings)}
    chosen = {key: value for key, value in overrides.items() if key in known}
    page, of_page = getattr(cls, "page_settings", ("", ()))  # it has the page of another design
    theirs = overrides.get(page, {})
    if isinstance(theirs, dict):
        chosen.update({key: value for key, value in theirs.items() if key in of_page})
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
    _check_bounds(field, value, known)


def _check_bounds(field: str, value: Any, known: dataclasses.Field[Any]) -> None:
    if known.name.endswith("_ms") and isinstance(value, int) and value < 0:
        raise InputError(field, value, "at least 0 ms")
    if isinstance(value, int | float) and not -MS_MAX <= value <= MS_MAX:
        raise InputError(field, value, f"at most {MS_MAX:,}")


def check_setting_bounds(place: str, cls: Any, values: Mapping[str, Any]) -> None:
    """Refuse numbers that no setting may be; a default of the class is its own affair."""
    for known in dataclasses.fields(cls.Settings):
        value = values.get(known.name, known.default)
        if type(value) in (int, float) and value != known.default:
            _check_bounds(f"{place}.{known.name}", value, known)


def find_class(reference: str) -> tuple[str, Any]:
    """The name and the class behind a reference, checked to be a design."""
    if reference in DESIGNS:
        return reference, DESIGNS[reference]
    given = class_of_session(reference)
    if given is not None:
        return given.__name__, given
    file, colon, name = reference.rpartition(":")
    if not colon or not file:
        nearest = _nearest(reference, set(DESIGNS))
        allowed = f"path/to/file.py:ClassName, file.ts:ClassName, or {nearest}"
        raise InputError("--design", reference, allowed)
    if file.endswith(TYPESCRIPT):
        from lastchunk.model.typescript.binding.find import typescript_design

        made = typescript_design(Path(file), name, f"{IMPORTED}{Path(file).stem}", find_class)
        check_class(name, made)
        return name, made
    module = import_file(Path(file))
    cls = getattr(module, name, None)
    if not inspect.isclass(cls):
        classes = {n for n, item in vars(module).items() if inspect.isclass(item)}
        raise InputError("--design", reference, f"a class of {file}: {_nearest(name, classes)}")
    check_class(name, cls)
    return name, cls


def import_file(path: Path, option: str = "--design", what: str = "design") -> Any:
    """The module of a person's file, imported anew. Raises `InputError`."""
    if not path.is_file():
        is_other = what == "design" and path.suffix not in ("", ".py")
        kind = "file of Python (.py) or TypeScript (.ts)" if is_other else "Python file"
        raise InputError(option, str(path), f"a {kind} that exists")
    name = f"{IMPORTED}{path.stem}" if what == "design" else f"lastchunk_{what}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        also = ", or TypeScript (.ts)" if what == "design" else ""
        raise InputError(option, str(path), f"a Python file (.py){also}")
    loader = from_text(spec).loader
    assert loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its own module up while it is being made.
    sys.modules[name] = module
    try:
        work = f"{what} file {path}, as it was imported,"
        with time_limit(work, STEP_SECONDS_MAX), old_names(path), neighbours(path):
            loader.exec_module(module)
    except InputError:
        raise
    except (Exception, *ESCAPES) as error:
        if is_from_outside(error):
            raise
        raise DesignError(
            f"{what} file {path} raised {name_of_class(type(error))} as it was imported"
            f"{place_of_error(error)}: {text_of_error(error)}"
        ) from error
    return module


def check_class(name: str, cls: Any) -> None:
    """Refuse a class that is no design, or is not made of what one may be made of."""
    try:
        _check_class(name, cls)
    except InputError:
        raise
    except Exception as error:
        if not is_thrown_by_a_person(error):
            raise
        words = f"{name_of_class(type(error))}{place_of_error(error)}: {text_of_error(error)}"
        raise DesignError(f"design {name} cannot be looked at: its class raised {words}") from error


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
        ("alarm", 2, "(info)") if takes_info(cls) else ("alarm", 1, "()"),
        ("upload", 2, "(chunk)"),
    ):
        if method != "upload" or not has_own_page(cls):  # such a page passes what it likes
            takes(name, cls, method, count, arguments)
    check_page(name, cls, takes)
    check_subset(name, cls)


def takes_info(cls: Any) -> bool:
    """A8: whether the alarm's handler takes what is known of the alarm."""
    return hasattr(cls, "alarm") and _takes_two(cls.alarm)


@lru_cache(maxsize=64)
def _takes_two(function: Any) -> bool:
    """Whether a method takes one argument more than itself. It is asked in every session."""
    try:
        inspect.signature(function).bind(*range(2))
    except (TypeError, ValueError):
        return False
    return True


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
