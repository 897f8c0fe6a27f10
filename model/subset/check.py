"""The check of a design's class, before it runs: each line that is not on the list is refused."""

from __future__ import annotations

import dataclasses
import types
import weakref
from typing import Any

from model.blame import place
from model.errors import DesignError
from model.subset.lasting import Lasting, may_change
from model.subset.listed import BUILTINS, INSTEAD_OF_MODULES, METHODS, MODULES
from model.subset.reach import (
    KNOWN,
    Code,
    Reached,
    Used,
    is_users,
    is_users_function,
)
from model.subset.sets import set_problems
from model.subset.syntax import Problem, syntax_problems

_PICTURED: weakref.WeakKeyDictionary[type, Lasting] = weakref.WeakKeyDictionary()
_CHECKED: weakref.WeakKeyDictionary[type, Reached] = weakref.WeakKeyDictionary()


def check_subset(name: str, cls: type) -> Reached:
    """Check all code that a class leads to. Raises `DesignError` with the first line refused.

    A class is checked once: its code does not change.
    """
    reached = _CHECKED.get(cls)
    if reached is None:
        reached = Reached(name, cls)
        _check_settings(name, cls)
        for base in reached.classes:
            for method, instead in METHODS.items():
                if method in vars(base):
                    raise DesignError(
                        f"{name}: class {base.__name__} has {method}(); allowed: {instead}"
                    )
        for used in reached.others:
            _check_other(name, used)
        live = reached.live
        for code in live:
            _check_code(name, code, live)
        _CHECKED[cls] = reached
    return reached


def lasting_of(name: str, cls: type) -> Lasting:
    """The picture of what outlives the instances of a class, taken when it is first asked for."""
    lasting = _PICTURED.get(cls)
    if lasting is None:
        lasting = _PICTURED[cls] = Lasting(name, check_subset(name, cls))
    return lasting


def check_values(name: str, settings: Any) -> None:
    """Refuse a setting that can change: all sessions share it."""
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if may_change(value):
            raise DesignError(
                f"{name}: the setting {field.name} is {value!r}, which can change; "
                "allowed: a number, text, tuple or enum member"
            )


def _check_settings(name: str, cls: type) -> None:
    made = getattr(getattr(cls, "Settings", None), "__dataclass_params__", None)
    if made is None or not made.frozen:
        raise DesignError(f"design {name} needs Settings, a frozen dataclass")


def _check_other(name: str, used: Used) -> None:
    """Refuse what keeps something beside the instance, and cannot be looked into."""
    value = used.value
    wrapped = getattr(value, "__wrapped__", None)
    if type(value).__name__ == "_lru_cache_wrapper" and wrapped is not None:
        code = wrapped.__code__
        where = place(code.co_firstlineno, code.co_name, code.co_filename)
        raise DesignError(
            f"{name}{where}: {used.name}() keeps answers beside the instance; "
            "allowed: a dict in a field"
        )


def _check_code(name: str, code: Code, live: list[Code]) -> None:
    problems = [*syntax_problems(code), *set_problems(code, live)]
    problems += [problem for used in code.uses if (problem := _problem_of(used)) is not None]
    if problems:
        first = min(problems, key=lambda problem: problem.line)
        where = place(first.line, code.name.rpartition(".")[2], code.file)
        raise DesignError(f"{name}{where}: {first.what}; allowed: {first.instead}")


def _problem_of(used: Used) -> Problem | None:
    """What is wrong with a name from outside, if anything is."""
    value = used.value
    if used.name in BUILTINS and getattr(value, "__module__", None) == "builtins":
        return Problem(used.line, f"{used.name}() is not listed", BUILTINS[used.name])
    if isinstance(value, types.ModuleType):
        if value.__name__ == "builtins":
            return Problem(used.line, "the module builtins is not listed", "the functions by name")
        return module_problem(used.line, value.__name__)
    module = _module_of(value)
    if module is None:
        return None
    return module_problem(used.line, module)


def _module_of(value: Any) -> str | None:
    """The module of the library that a function or a class is from; None for all else."""
    if isinstance(value, types.MethodType):
        owner = value.__self__ if isinstance(value.__self__, type) else type(value.__self__)
        return None if is_users(owner) else owner.__module__
    if not callable(value):
        return None
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module in KNOWN:
        return None
    if isinstance(value, type):
        return None if is_users(value) else module
    if isinstance(value, types.BuiltinFunctionType):
        return module
    if isinstance(value, types.FunctionType):
        return None if is_users_function(value) else module
    if type(value).__name__ == "_lru_cache_wrapper":
        return "functools.lru_cache"
    return None


def module_problem(line: int, name: str) -> Problem | None:
    """What is wrong with a module, if it is not listed."""
    if name == "functools.lru_cache":
        return Problem(line, "lru_cache keeps answers beside the instance", "a dict in a field")
    parts = name.split(".")
    # A module in C has its name with an underscore before it.
    if any(".".join(parts[:at]).lstrip("_") in MODULES for at in range(1, len(parts) + 1)):
        return None
    instead = INSTEAD_OF_MODULES.get(parts[0].lstrip("_"), "the modules that docs/subset.md lists")
    return Problem(line, f"the module {name} is not listed", instead)
