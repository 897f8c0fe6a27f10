"""The check of a design's class, before it runs: each line that is not on the list is refused."""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import sys
import types
import weakref
from collections import namedtuple
from collections.abc import Iterator
from typing import Any, NamedTuple, NewType

from lastchunk.model.base.blame import place
from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset.changes import (
    acting_names,
    alike_names,
    constant_names,
    holds_giver,
    quiet_names,
)
from lastchunk.model.subset.faults import Faults, made_at, used_at
from lastchunk.model.subset.handing import (
    SET_BY_NAME,
    UNSEEN_INSTEAD,
    handed_problems,
    item_problems,
)
from lastchunk.model.subset.held import annotated_sets, has_sets, is_frozen_dataclass, makes_sets
from lastchunk.model.subset.kinds import code_shown, of_library, own_comparison, refuse_texts
from lastchunk.model.subset.lasting import Lasting, is_of_enum, may_change
from lastchunk.model.subset.listed import (
    BUILTINS,
    METHODS,
    holds_listed,
    instead_of_module,
    is_listed_module,
)
from lastchunk.model.subset.reach import (
    KNOWN,
    Code,
    Reached,
    Used,
    is_users,
    is_users_function,
    takers_of,
    walk,
)
from lastchunk.model.subset.sets import (
    given_back,
    set_names,
    set_problems,
)
from lastchunk.model.subset.syntax import Problem, syntax_problems
from lastchunk.reference_impl.detached import wait_until

MAKERS = (type, types.new_class, dataclasses.make_dataclass, namedtuple, NamedTuple, NewType)
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
            if not isinstance(vars(base).get("__dict__", None), types.GetSetDescriptorType | None):
                where = f" ({at})" if (at := made_at(base, "__dict__")) is not None else ""
                raise DesignError(
                    f"{name}: class {base.__name__} has a __dict__ of its own{where}; "
                    "allowed: fields"
                )
            if (compares := own_comparison(base)) is not None:
                raise DesignError(
                    f"{name}: class {base.__name__} is a kind of tuple, and has {compares}() "
                    f"({made_at(base, compares)}); allowed: a dataclass"
                )
        for used in sorted(reached.others, key=lambda used: is_of_enum(used.name)):
            _check_other(name, used, reached)
        for used in reached.library:
            _check_library(name, used, reached)
        live, faults = reached.live, Faults(reached)
        fixed = constant_names(reached) | annotated_sets(reached.classes)
        sets = set_names(live, fixed, alike_names(reached))
        acting, takers, quiet = acting_names(live), takers_of(live), quiet_names(reached, sets)
        for code in live:
            problems = [*set_problems(code, sets, acting), *handed_problems(code, sets, takers)]
            _check_code(name, code, [*problems, *item_problems(code, sets, quiet)], faults)
        _check_givers(name, reached, sets)
        refuse_texts(reached.classes)
        _CHECKED[cls] = reached
    return reached


def _check_givers(name: str, reached: Reached, sets: set[str]) -> None:
    """Refuse a container of functions that give sets: what it gives is called by no name."""
    givers = {code.name.rpartition(".")[2] for code in reached.live if given_back(code.tree, sets)}
    for used in reached.others:
        if givers and (giver := holds_giver(used.value, givers)):
            where = _where(used, reached)
            raise DesignError(
                f"{name}: {used.name}{where} holds {giver}(), which gives a set; "
                "allowed: a call of it by its name"
            )


def _where(used: Used, reached: Reached) -> str:
    """The place of a name from outside: where code uses it, or where a class has it."""
    at = used_at(reached, used) if used.line else None
    owners = [cls for cls in reached.classes if used.name in vars(cls)]
    at = at or (made_at(owners[0], used.name) if owners else None)
    return f" ({at})" if at is not None else ""


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
            place = made_at(type(settings), field.name)
            where = f" ({place})" if place is not None else ""
            raise DesignError(
                f"{name}: the setting {field.name} is {value!r}{where}, which can change; "
                "allowed: a number, text, tuple or enum member"
            )


def _check_settings(name: str, cls: type) -> None:
    settings = getattr(cls, "Settings", None)
    if not (isinstance(settings, type) and is_frozen_dataclass(settings)):
        raise DesignError(f"design {name} needs Settings, a frozen dataclass")
    for base in settings.__mro__:
        for word, value in vars(base).items():
            if isinstance(value, functools.cached_property):
                where = f" ({at})" if (at := made_at(base, word)) is not None else ""
                raise DesignError(
                    f"{name}: the setting {word}{where} is worked out once and kept beside the "
                    "settings; allowed: a property, or a method of the design"
                )


def _check_other(name: str, used: Used, reached: Reached) -> None:
    """Refuse what keeps something beside the instance, and cannot be looked into."""
    value = used.value
    is_other_name = not used.line or used.name != getattr(value, "__name__", None)
    if is_other_name and (refused := _refused_by_any_name(value)) is not None:
        where = _where(used, reached)
        raise DesignError(f"{name}: {used.name}{where}: {refused[0]}; allowed: {refused[1]}")
    wrapped = getattr(value, "__wrapped__", None)
    if type(value).__name__ == "_lru_cache_wrapper" and wrapped is not None:
        code = wrapped.__code__
        where = place(code.co_firstlineno, code.co_name, code.co_filename)
        raise DesignError(
            f"{name}{where}: {used.name}() keeps answers beside the instance; "
            "allowed: a dict in a field"
        )
    kind = type(value)
    if is_users(kind) or kind.__module__ in ("builtins", *KNOWN):
        return
    problem = module_problem(used.line, kind.__module__.lstrip("_"))
    if problem is not None:
        owners = [cls for cls in reached.classes if vars(cls).get(used.name) is value]
        at = used_at(reached, used) if used.line else made_at(owners[0], used.name)
        where = f" ({at})" if at is not None else ""
        raise DesignError(
            f"{name}: {used.name}{where} is a {kind.__qualname__}, and {problem.what}; "
            f"allowed: {problem.instead}"
        )


def _check_library(name: str, used: Used, reached: Reached) -> None:
    """Refuse what is of a module that is not listed, whatever holds it."""
    value = used.value
    is_code = isinstance(value, CODE_OF_LIBRARY)
    module = _module_of(value) if is_code else type(value).__module__
    if module is None or module in KNOWN or _is_made_for_users(value):
        return
    problem = module_problem(used.line, IN_C.get(module, module).lstrip("_"))
    if problem is not None:
        where = _where(used, reached)
        raise DesignError(f"{name}: {used.name}{where}: {problem.what}; allowed: {problem.instead}")


def _is_made_for_users(value: Any) -> bool:
    """Whether the library has made a function in the name of a person's, as dataclasses do."""
    made = value.__module__ if isinstance(value, types.FunctionType) else "builtins"
    return str(made).partition(".")[0] not in sys.stdlib_module_names


IN_C = {"_sre": "re", "_blake2": "hashlib"}
"""Modules in C, by the listed ones that hand out what is in them."""
CODE_OF_LIBRARY = (
    *(type, types.FunctionType, types.MethodType, types.BuiltinFunctionType),
    *(types.MethodDescriptorType, types.ClassMethodDescriptorType, types.ModuleType),
)


def _refused_by_any_name(value: Any) -> tuple[str, str] | None:
    """What is wrong with what a table, a class or another name holds."""
    is_builtin = isinstance(value, types.BuiltinFunctionType) and value.__module__ == "builtins"
    if is_builtin and value.__name__ in BUILTINS:
        return f"{value.__name__}() is not listed", BUILTINS[value.__name__]
    if makes_sets(value):
        return "it makes sets by another name", SET_BY_NAME
    if has_sets(value):
        return "it holds sets", UNSEEN_INSTEAD
    return of_library(value)


def _check_code(name: str, code: Code, sets: list[Problem], faults: Faults) -> None:
    problems = [*syntax_problems(code, faults.classes), *sets, *_classes_made(code, faults)]
    shown = code_shown(code.tree, {used.name: used.value for used in code.uses}, faults.methods)
    problems += [Problem(*found) for found in shown]
    problems += [problem for used in code.uses if (problem := _problem_of(used)) is not None]
    if problems:
        first = min(problems, key=lambda problem: problem.line)
        where = place(first.line, code.name.rpartition(".")[2], code.file)
        raise DesignError(f"{name}{where}: {first.what}; allowed: {first.instead}")


def _classes_made(code: Code, faults: Faults) -> Iterator[Problem]:
    """The calls that make a class, by whatever name they call what makes it."""
    for node in walk(code.tree):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            makers = faults.meant(code, node.func, 0)
            if any(map(_makes_classes, makers)):
                yield Problem(node.lineno, "a class is made while code runs", "a class at the top")


def _makes_classes(item: Any) -> bool:
    """Whether a class or function makes a new class of a name and what goes with it."""
    is_base = isinstance(item, enum.EnumMeta) and not item.__members__
    return is_base or any(item is maker for maker in MAKERS)


def _problem_of(used: Used) -> Problem | None:
    """What is wrong with a name from outside, if anything is."""
    value = used.value
    if value is wait_until:
        return Problem(used.line, "wait_until() is the object's", "ctx.wait_until() in a design")
    if isinstance(value, types.FunctionType) and (maker := _maker_of(value)):
        # What it wraps is looked at by itself; of other makers nobody knows what else they call.
        is_seen = maker == "contextlib" and isinstance(
            getattr(value, "__wrapped__", None), types.FunctionType
        )
        what = f"{used.name}() is made by {maker}"
        return None if is_seen else Problem(used.line, what, "the function itself")
    if used.name in BUILTINS and getattr(value, "__module__", None) == "builtins":
        return Problem(used.line, f"{used.name}() is not listed", BUILTINS[used.name])
    if isinstance(value, types.ModuleType):
        if value.__name__ == "builtins":
            return Problem(used.line, "the module builtins is not listed", "the functions by name")
        if holds_listed(value.__name__):
            return None  # what is taken from it is looked at
        return module_problem(used.line, value.__name__)
    module = _module_of(value)
    if module is None:
        return None
    return module_problem(used.line, module)


def _maker_of(value: types.FunctionType) -> str:
    """The module whose function goes by the name of the one that it wraps; "" for all else."""
    module = value.__globals__.get("__name__", "")
    is_made = hasattr(value, "__wrapped__") and not is_users_function(value)
    return module if is_made and module != value.__module__ else ""


def _module_of(value: Any) -> str | None:
    """The module of the library that a function or a class is from; None for all else."""
    if isinstance(value, types.MethodType):
        owner = value.__self__ if isinstance(value.__self__, type) else type(value.__self__)
        return None if is_users(owner) else owner.__module__
    if isinstance(value, types.BuiltinFunctionType | types.MethodDescriptorType):
        return _module_of_bound(value)
    if not callable(value):
        return None
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module in KNOWN:
        return None
    if isinstance(value, type):
        return None if is_users(value) else module
    if isinstance(value, types.FunctionType):
        return None if is_users_function(value) else module
    if type(value).__name__ == "_lru_cache_wrapper":
        return "functools.lru_cache"
    return None


def _module_of_bound(value: Any) -> str | None:
    """The module of a function in C: of what it is bound to, as `random.random` is."""
    owner = getattr(value, "__self__", getattr(value, "__objclass__", None))
    if owner is None or isinstance(owner, types.ModuleType):
        module = getattr(value, "__module__", None) if owner is None else owner.__name__
        return module if isinstance(module, str) else None
    kind = owner if isinstance(owner, type) else type(owner)
    return None if is_users(kind) else kind.__module__


def module_problem(line: int, name: str) -> Problem | None:
    """What is wrong with a module, if it is not listed."""
    if name == "functools.lru_cache":
        return Problem(line, "lru_cache keeps answers beside the instance", "a dict in a field")
    if is_listed_module(name):
        return None
    return Problem(line, f"the module {name} is not listed", instead_of_module(name))
