"""Wrong versions of the translation and of what JavaScript means, each with one mistake in it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from lastchunk.model.typescript.library import arrays, math_and_numbers, strings
from lastchunk.model.typescript.library.combinators import PromiseNamespace
from lastchunk.model.typescript.library.json_text import JsonNamespace
from lastchunk.model.typescript.runtime import (
    iteration,
    members,
    numbers,
    operators,
    promises,
    texts,
    values,
)
from lastchunk.model.typescript.runtime.values import UNDEFINED
from lastchunk.model.typescript.translate import changes, declared, functions, statements
from lastchunk.model.typescript.translate.ground import loops, scope

LISTS, TEXTS = arrays.OF_ARRAYS, strings.OF_TEXTS
add, sub, get, items_of, to_text = (
    numbers.add,
    numbers.sub,
    members.get_member,
    iteration.items_of,
    texts.to_text,
)
resolve, react, number_text, to_number = (
    promises.resolve,
    promises.react,
    texts.number_text,
    numbers.to_number,
)


def at_once(promise: Any, reaction: Any) -> None:
    if promise.state == promises.PENDING:
        promise.reactions.append(reaction)
    else:
        reaction.settled(promise.value, promise.state == promises.REJECTED)


def unadopted(promise: Any, value: Any) -> None:
    if type(value) is promises.Promise:
        react(value, promises.Adopt(promise))
    else:
        resolve(promise, value)


def missing_is_null(owner: Any, key: Any) -> Any:
    found = get(owner, key)
    return None if found is UNDEFINED else found


def dropped_by_its_parent(node: Any) -> bool:
    return node.parent.type in ("expression_statement", "for_statement")


def never_after(_self: Any, _loop: Any) -> list[ast.stmt]:
    return []


OPERATORS: dict[str, Callable[..., Any]] = {
    "same": lambda a, b: a == b,
    "differs": lambda a, b: a != b,
    "truthy": bool,
    "nullish": lambda value: value is None,
    "loosely": operators.same,
    "less": operators.at_most,
    "at_most": operators.less,
    "greater": operators.at_least,
    "at_least": operators.greater,
    "type_of": lambda value: "null" if value is None else operators.type_of(value),
    "is_instance": lambda value, kind: isinstance(value, getattr(kind, "INSTANCES", int)),
    "caught": lambda error: error,
}
NUMBERS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: to_text(a) + to_text(b) if str in (type(a), type(b)) else sub(a, sub(0, b)),
    "sub": lambda a, b: sub(b, a),
    "mul": lambda a, b: to_number(a) * to_number(b),
    "div": lambda a, b: to_number(a) // to_number(b) if to_number(b) else 0,
    "mod": lambda a, b: to_number(a) % to_number(b),
    "negative": lambda value: -to_number(value),
    "shift_left": lambda a, b: to_number(a) << to_number(b),
    "shift_unsigned": lambda a, b: to_number(a) >> to_number(b),
    "bit_not": lambda value: -to_number(value),
}
OTHERS: list[tuple[str, Any, str, Any]] = [
    ("keys in the order they came", iteration, "own_keys", list),
    ("a rest that begins too late", iteration, "items_from", lambda items, at: items[at + 1 :]),
    ("null for a missing item", iteration, "item_at", lambda i, n: i[n] if n < len(i) else None),
    ("a rest of all", iteration, "others_of", lambda value, *_: dict(value)),
    ("null for a missing member", members, "get_member", missing_is_null),
    ("a delete of nothing", members, "delete_member", lambda _owner, _key: True),
    ("super is this", members, "call_super", lambda _c, this, key, *g: members.call(this, key, *g)),
    ("reactions at once", promises, "react", at_once),
    ("adoption without a turn", promises, "resolve", unadopted),
    ("finally never", values, "goes_on", lambda: False),
    ("a number as Python writes it", texts, "joined_text", lambda *p: "".join(map(str, p))),
    ("all gives errors as values", PromiseNamespace, "all", PromiseNamespace.allSettled),
    ("JSON as Python writes it", JsonNamespace, "stringify", lambda value, *_: str(value)),
    ("one variable for all turns", scope.Function, "is_boxed", lambda _self, _name: False),
    ("no jump further out", loops.Loops, "after", never_after),
    ("a body without continue", statements, "_continues", lambda _node: False),
    ("no captured variables", statements, "_captured", lambda _function, _node: set()),
    ("functions not of a turn", functions, "_boxed", lambda _outer, _node: []),
    ("a condition that nobody asks for", changes, "_is_dropped", dropped_by_its_parent),
    ("nothing is used early", declared, "_used_early", lambda *_: set()),
    ("functions of a head within its first turn", statements, "_renewed", lambda _variables: []),
    ("keys that are gone", iteration, "KeysLeft", lambda _owner, keys: iter(keys)),
    ("division for a product in place", changes, "OPERATORS", changes.OPERATORS | {"*": "div"}),
]
METHODS_WRONG: list[tuple[dict[str, Any], str, Any]] = [
    (LISTS, "sort", lambda items, *_: items.sort(key=str) or items),
    (LISTS, "splice", lambda items, *_: items),
    (LISTS, "includes", LISTS["indexOf"]),
    (LISTS, "join", lambda items, by=",", *_: by.join(map(str, items))),
    (LISTS, "flat", lambda items, *_: items),
    (LISTS, "at", lambda items, n=0, *_: items[n] if n >= 0 else UNDEFINED),
    (TEXTS, "replace", lambda value, a, b, *_: value.replace(str(a), str(b))),
    (TEXTS, "substring", TEXTS["slice"]),
    (TEXTS, "padStart", TEXTS["padEnd"]),
    (TEXTS, "indexOf", lambda value, part, *_: value.index(part) if part in value else 0),
]


def mutants() -> dict[str, tuple[Any, str, Any]]:
    """Each mistake by its name: where it is, under which name, and the wrong version."""
    out: dict[str, tuple[Any, str, Any]] = {}
    for part, table in ((operators, OPERATORS), (numbers, NUMBERS)):
        out |= {f"{name} is wrong": (part, name, wrong) for name, wrong in table.items()}
    out |= {name: (part, word, wrong) for name, part, word, wrong in OTHERS}
    rounds = math_and_numbers.MathNamespace
    out["rounded as Python does"] = (rounds, "round", staticmethod(lambda value, *_: round(value)))
    for table, name, wrong in METHODS_WRONG:
        kind = "array" if table is LISTS else "text"
        out[f"{name} of {kind} is wrong"] = (table, name, wrong)
    return out
