"""Sets that are handed on: only to where the name is seen that they have there.

What a list, a loop over lists or a function that is not seen makes of a set has no name that the
text shows to be one; so none gets there. The same holds for a view of a dictionary's keys, of which
`&` makes a set. And what is worked out of each item may show which one came first.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from lastchunk.model.subset.changes import Quiet, are_pairs, is_whole, throws
from lastchunk.model.subset.held import OWN_ORDER, VIEW, is_set_type, makes_sets
from lastchunk.model.subset.kinds import value_at
from lastchunk.model.subset.listed import (
    EXPOSES_ORDER,
    HAND_ON,
    KEEP_SETS,
    LOGGING,
    LOOKS_UP,
    SET_METHODS,
)
from lastchunk.model.subset.reach import (
    Code,
    Takers,
    is_library,
    is_users,
    name_called,
    taken_by,
    walk,
)
from lastchunk.model.subset.sets import (
    ORDER_INSTEAD,
    given_back,
    is_in_any_order,
    is_set,
)
from lastchunk.model.subset.syntax import Problem

UNSEEN_INSTEAD = "a variable or field of its own, or sorted(...) of it"
ASKED = frozenset(
    (
        *SET_METHODS,
        *("issubset", "issuperset", "isdisjoint", "update", "difference_update"),
        *("intersection_update", "symmetric_difference_update", "__contains__"),
    )
)
"""Methods of a set that are given another one, and show no order."""
GOES_THROUGH = (EXPOSES_ORDER | LOGGING) - {"pop"} | {
    *("Counter", "OrderedDict", "nlargest", "nsmallest", "merge", "extendleft", "subtract"),
    *("product", "islice", "from_iterable", "groupby", "pairwise", "zip_longest", "combinations"),
    *("sum", "fsum", "sorted", "min", "max", "any", "all", "set", "frozenset", "len", "bool"),
}
"""Functions and methods that keep nothing of a view but its items."""
TAKE_FUNCTIONS = ("map", "filter", "iter", "groupby")
"""Those of them that may be given what makes views."""
SET_KINDS = (
    ("", "the set {}", UNSEEN_INSTEAD),
    (VIEW, "the view {}, of which & makes a set,", "list(...) of it"),
)
HOLDERS = frozenset(("list", "tuple", "dict", "deque", "defaultdict", "sequence", "mapping"))
MAKERS = ("defaultdict", "map", "starmap")
"""What makes sets by itself, where it is given `set`."""
OF_DICTS = ("keys", "values", "items")
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
STANDS = (
    *(ast.Attribute, ast.NamedExpr, ast.IfExp, ast.BoolOp, ast.UnaryOp, ast.Await, ast.Compare),
    *(ast.BinOp, ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension, ast.If, ast.While),
    *(ast.Assert, ast.Expr, ast.Return, ast.keyword, ast.FormattedValue, ast.Starred),
    *(ast.YieldFrom, ast.arguments, ast.AnnAssign),
)
"""Where a set may stand: it is asked there, it gets a name that is seen, or another rule says."""


def handed_problems(code: Code, known: set[str], takers: Takers) -> Iterator[Problem]:
    """Each line on which a set goes where its name is not seen, or a view of keys."""
    names = {used.name: used.value for used in code.uses}
    above = {id(child): node for node in walk(code.tree) for child in _children(node)}
    for node in walk(code.tree):
        annotation = getattr(node, "annotation", None)
        if annotation is not None and _says_within(annotation):
            yield Problem(node.lineno, f"{ast.unparse(annotation)} holds sets", UNSEEN_INSTEAD)  # type: ignore[attr-defined]
        yield from _handed_out(node, names, known) if isinstance(node, ast.Call) else ()
        for child in _children(node):
            for mark, words, instead in SET_KINDS:
                if _is_taken(node, child, known, mark) and not (
                    _is_seen(node, child, names, known, takers, above, mark)
                ):
                    what = f"{words.format(ast.unparse(child))} goes where its name is not seen"
                    yield Problem(getattr(child, "lineno", 0), what, instead)
    yield from _makers(code.tree)
    yield from _other_names(code.tree, names, above)
    yield from _by_no_name(code.tree, known)


def _handed_out(node: ast.Call, names: dict[str, Any], known: set[str]) -> Iterator[Problem]:
    """What a function of the library is given: it may go through it."""
    name = name_called(node)
    if is_in_any_order(node, names) or name in KEEP_SETS:
        return
    found: Any = names.get(getattr(node.func, "id", ""))
    owner = getattr(node.func, "value", None)
    if isinstance(owner, ast.Name):
        found = found or names.get(owner.id)
    if not (isinstance(found, types.BuiltinFunctionType | types.ModuleType) or _is_theirs(found)):
        return
    words = [word.value for word in node.keywords if name != "dict"]
    given = node.args[:1] if name == "getattr" else [*node.args, *words]  # it gives another one
    for exposed in given:
        if is_set(exposed, known):
            text = f"the order of the set {ast.unparse(exposed)} shows"
            yield Problem(node.lineno, text, ORDER_INSTEAD)


def _is_theirs(found: Any) -> bool:
    return isinstance(found, type | types.FunctionType) and is_library(found)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node, but for annotations, which no run looks at, and decorators."""
    said = [getattr(node, "annotation", None), getattr(node, "returns", None)]
    said += getattr(node, "decorator_list", ())
    return (child for child in ast.iter_child_nodes(node) if child not in said)


def _is_taken(node: ast.AST, child: ast.AST, known: set[str], mark: str) -> bool:
    """Whether a part of a node is a set that it is given: no name to assign to, no function."""
    if not isinstance(getattr(child, "ctx", ast.Load()), ast.Load):
        return False
    is_function = isinstance(node, ast.Call) and child is node.func
    return not is_function and isinstance(child, ast.expr) and is_set(child, known, mark)


def _is_seen(
    node: Any,
    child: ast.AST,
    names: dict[str, Any],
    known: set[str],
    takers: Takers,
    above: dict[int, Any],
    mark: str,
) -> bool:
    """Whether what a node does with a set is asked of it there, or gives it a name that is seen."""
    if isinstance(node, ast.Call | ast.keyword):
        call = above.get(id(node)) if isinstance(node, ast.keyword) else node
        if _makes_tuple(call, names):
            return False
    if isinstance(node, ast.Call):
        if mark and name_called(node) not in takers and _goes_through_view(node, child):
            return True
        return _is_seen_in_call(node, names, known, takers, mark)
    if isinstance(node, ast.Assign):
        return all(_is_named(target) for target in node.targets)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return all(isinstance(key, ast.Constant) for key, value in pairs if value is child)
    if isinstance(node, ast.Tuple | ast.List):
        parent = above.get(id(node))
        if not (isinstance(parent, ast.Assign) and parent.value is node):
            return False
        return all(are_pairs(target, node) for target in parent.targets)
    if isinstance(node, ast.GeneratorExp):
        parent = above.get(id(node))
        return isinstance(parent, ast.Call) and name_called(parent) in ("any", "all")
    return isinstance(node, STANDS)


def _is_named(target: ast.AST) -> bool:
    """Whether what is assigned to has a name; what is taken apart is another rule's."""
    return not isinstance(target, ast.Subscript) or isinstance(
        target.slice, ast.Constant | ast.Slice
    )


def _makes_tuple(node: Any, names: dict[str, Any]) -> bool:
    """Whether it is a call of a person's kind of tuple: an item of it needs no name."""
    made = names.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
    return isinstance(made, type) and issubclass(made, tuple) and is_users(made)


def _goes_through_view(node: ast.Call, child: ast.AST) -> bool:
    """Whether a call keeps nothing of a view but its items."""
    is_method = isinstance(child, ast.Attribute) and child.attr in OF_DICTS
    is_function = name_called(node) in TAKE_FUNCTIONS and child in node.args[:1]
    is_made = is_function and not (isinstance(child, ast.Call) and len(node.args) == 1)
    return name_called(node) in GOES_THROUGH and not (is_method or is_made)


def _is_seen_in_call(
    node: ast.Call, names: dict[str, Any], known: set[str], takers: Takers, mark: str
) -> bool:
    name = name_called(node)
    if name == "partial":
        return taken_by(node, takers) is not None
    if name in ASKED and isinstance(node.func, ast.Attribute):
        return bool(mark) or is_set(node.func.value, known)  # a counter's update() goes through it
    if is_in_any_order(node, names) or name in KEEP_SETS or name in HAND_ON or name == "getattr":
        return True
    if name in ("put", *LOOKS_UP):  # what is under the key has its name
        return bool(node.args) and isinstance(node.args[0], ast.Constant)
    is_librarys = isinstance(node.func, ast.Name) and name in names and name not in takers
    found = names.get(name)
    is_librarys = is_librarys and not (isinstance(found, type) and not is_library(found))
    is_said = is_librarys and not mark  # another rule says of the library
    return is_said or taken_by(node, takers) is not None


def _says_within(annotation: ast.AST) -> bool:
    """Whether an annotation says that a list or dictionary holds sets."""
    return any(
        isinstance(node, ast.Subscript)
        and getattr(node.value, "id", getattr(node.value, "attr", "")).lower() in HOLDERS
        and any(is_set_type(part) for part in ast.walk(node.slice) if isinstance(part, ast.expr))
        for node in ast.walk(annotation)
    )


def _goes_through(word: ast.keyword) -> bool:
    return word.arg == "default" and getattr(word.value, "id", "") in EXPOSES_ORDER


def _makers(tree: ast.AST) -> Iterator[Problem]:
    """What is told to make sets by itself: a `defaultdict(set)`, a `map(set, ...)`; and what is
    told to go through whatever it meets, as `json.dumps(..., default=list)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and _goes_through(node):
            text = f"{ast.unparse(node)} goes through what it is given"
            yield Problem(node.lineno, text, "a method that takes what it knows apart")
        if isinstance(node, ast.Call) and name_called(node) in MAKERS:
            for part in node.args[:1]:
                if getattr(part, "id", "") in ("set", "frozenset"):
                    yield Problem(node.lineno, f"{ast.unparse(node)} holds sets", UNSEEN_INSTEAD)


def _other_names(tree: ast.AST, names: dict[str, Any], above: dict[int, Any]) -> Iterator[Problem]:
    """Where `set` stands for itself, and is not called: what it makes by another name is not known
    to be a set."""
    for node in walk(tree):
        if isinstance(node, ast.Name) and makes_sets(names.get(node.id)):
            if node.id != "set" and node.id != "frozenset":
                yield Problem(node.lineno, f"{node.id} makes sets by another name", SET_BY_NAME)
            elif not _is_called_or_asked(node, above):
                yield Problem(node.lineno, f"{node.id} is handed on", SET_BY_NAME)


SET_BY_NAME = "set(...) or frozenset(...) by its name"
BY_CLASS = ("isinstance", "issubclass", "cast")


def _is_called_or_asked(node: ast.AST, above: dict[int, Any]) -> bool:
    """Whether `set` is called where it stands, or asked for as a class."""
    parent = above.get(id(node))
    if isinstance(parent, ast.Attribute):
        return parent.attr in SET_METHODS and getattr(above.get(id(parent)), "func", 0) is parent
    if isinstance(parent, ast.Call) and parent.func is node:
        return True
    while isinstance(parent, ast.Tuple | ast.BinOp | ast.Subscript):
        parent = above.get(id(parent))
    is_asked = isinstance(parent, ast.Call) and name_called(parent) in BY_CLASS
    return is_asked or isinstance(parent, ast.MatchClass) or _makes_by_itself(parent)


def _makes_by_itself(node: Any) -> bool:
    """Whether another rule says of it: `defaultdict(set)` and the like hold sets."""
    return isinstance(node, ast.Call) and name_called(node) in MAKERS


def _by_no_name(tree: ast.AST, known: set[str]) -> Iterator[Problem]:
    """A set that a method returns which is not called by its name, as `__call__` is."""
    for node in walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        is_special = node.name.startswith("__") and node.name.endswith("__")
        for mark, words, _ in SET_KINDS:
            if is_special or node.name in (OF_DICTS if not mark else ("values",)):
                for line in given_back(node, known, mark):
                    what = f"{node.name}() returns {words.format(ast.unparse(line.value or line))}"
                    yield Problem(line.lineno, what, "a method by a name of its own")


def item_problems(code: Code, known: set[str], quiet: Quiet) -> Iterator[Problem]:
    """Each line on which the order of a set may show in what is worked out of its items, by that
    which says the same in any order; ``quiet`` throws for no value."""
    names = {used.name: used.value for used in code.uses}
    for node in walk(code.tree):
        yield from _thrown(node, known, quiet)
        if isinstance(node, ast.Call):
            yield from _said_of_all(node, known, names)


def _thrown(node: Any, known: set[str], quiet: Quiet) -> Iterator[Problem]:
    """What may throw for an item: the first one that does so is seen by whoever catches it, and in
    the words of the answer."""
    if not isinstance(node, COMPREHENSIONS):
        return
    for at, part in enumerate(node.generators):
        if not is_set(part.iter, known):
            continue
        items = {
            part.id
            for loop in node.generators[at:]
            for part in ast.walk(loop.target)
            if isinstance(part, ast.Name)
        }
        if any(throws(each, quiet, known, items) for each in _said_of_each(node, at)):
            text = f"which item of the set {ast.unparse(part.iter)} throws first shows"
            yield Problem(node.lineno, text, ORDER_INSTEAD)


def _said_of_each(node: Any, at: int) -> Iterator[ast.AST]:
    """What a comprehension works out for each item of its loop number ``at``."""
    yield from (part for name in ("elt", "key", "value") if (part := getattr(node, name, None)))
    yield from (asked for part in node.generators[at:] for asked in part.ifs)
    yield from (part.iter for part in node.generators[at + 1 :])


def _gone_over(given: Any, known: set[str]) -> tuple[list[ast.expr], list[ast.expr]]:
    """The sets that a function goes over for what it is given, and what it meets of them."""
    if isinstance(given, COMPREHENSIONS):
        over = [part.iter for part in given.generators if is_set(part.iter, known)]
        over = over or ([given] if isinstance(given, ast.SetComp) else [])
        return over, [getattr(given, "elt", given)]
    return ([given], getattr(given, "elts", [given])) if is_set(given, known) else ([], [])


def _said_of_all(node: ast.Call, known: set[str], names: dict[str, Any]) -> Iterator[Problem]:
    """A sum over a set of what may be no whole numbers: lists are put together in its order, and
    the last bit of a float hangs on it. And what is told apart by an order of a person's own: two
    items may be equal by it."""
    over, items = _gone_over(node.args[0], known) if node.args else ([], [])
    text = ast.unparse(over[0]) if over else ""
    if text and OWN_ORDER in known and value_at(node.func, names) in (sorted, min, max):
        what = f"the order of the set {text} shows by a __lt__ that is your own"
        yield Problem(node.lineno, what, "a list or dict, or an order of texts, numbers or tuples")
    if not text or value_at(node.func, names) is not sum:
        return
    items = [*items, *node.args[1:], *(word.value for word in node.keywords)]
    if not all(is_whole(each, known) for each in items):
        what = f"the sum over the set {text} may be of no whole numbers"
        yield Problem(node.lineno, what, "math.fsum(...), or sum(...) over sorted(...) of it")
