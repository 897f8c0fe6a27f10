"""A function that is being translated: its names by block, its loops, and what it borrows."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import NoReturn

from lastchunk.model.typescript.parse.tree import SourceText, TreeNode
from lastchunk.model.typescript.translate.ground.build import LATER, RUNTIME_SIGN
from lastchunk.model.typescript.translate.ground.loops import Loops


@dataclass
class Variable:
    """A variable of the file: its name in Python, and how it is kept there."""

    made: str
    is_const: bool = False
    is_boxed: bool = False
    """Whether it is kept in a box: one variable for each turn of a loop."""
    is_asked: bool = False
    """Whether it may be used before it has a value: its box is asked."""
    is_module: bool = False
    inlined: TreeNode = None
    """The constant expression that stands for it wherever it is used."""
    refusal: str = ""
    """Why it cannot be used, where it cannot."""


@dataclass
class ClassInfo:
    """What a class declares: its members by name, and the name of its base."""

    name: str
    base: str = ""
    members: set[str] = field(default_factory=set)


@dataclass
class Module:
    """What is known of the file that is translated."""

    source: SourceText
    settings: dict[str, str] = field(default_factory=dict)
    """The settings by the text of the constant expression that each is."""
    used_settings: dict[str, int] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Where each setting's value stands in the file, in bytes."""
    counts: dict[str, int] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    """How a function is called in messages, by its name in Python."""
    classes: dict[str, ClassInfo] = field(default_factory=dict)
    in_class: ClassInfo | None = None
    has_generators: bool = False
    """Whether a loop may go through a generator, which is told where the loop is left."""

    def fresh(self, base: str) -> str:
        """A name that nothing in the file has."""
        number = self.counts[base] = self.counts.get(base, 0) + 1
        is_python = base in ("None", "True", "False", "__debug__", "self")
        return base if number == 1 and not is_python else f"{base}{LATER}{number}"


class Function:
    """A function's names by block. ``outer`` is the function around it, None for the module."""

    def __init__(
        self,
        module: Module,
        outer: Function | None,
        is_async: bool,
        this: str = "",
        is_generator: bool = False,
    ) -> None:
        self.module = module
        self.outer = outer
        self.is_async = is_async
        self.is_generator = is_generator
        self.this = this
        """"self" where ``this`` is the instance; "" where it is nothing that is understood."""
        self.blocks: list[dict[str, Variable]] = [{}]
        self.nonlocals: set[str] = set()
        self.before: list[ast.stmt] = []
        """What must be done before the statement that is translated: functions it is made of."""
        self.temps: list[str] = []
        self.loops = Loops()
        self.boxed_names: set[str] = set()
        """Names that functions within the loops around here use."""
        self.base_class = ""

    @property
    def source(self) -> SourceText:
        return self.module.source

    def refuse(self, node: TreeNode, what: str) -> NoReturn:
        """Raise `DesignError` with the line of a node."""
        self.source.refuse(node, what)

    def text(self, node: TreeNode) -> str:
        return self.source.text(node)

    def declare(self, name: str, is_const: bool = False) -> Variable:
        """A new variable of the innermost block; the one that was declared at its beginning."""
        found = self.blocks[-1].get(name)
        if found is not None:
            found.is_const = is_const
            return found
        made = Variable(self.module.fresh(name), is_const, self.is_boxed(name))
        self.blocks[-1][name] = made
        return made

    def is_boxed(self, name: str) -> bool:
        return name in self.boxed_names

    def find(self, name: str) -> Variable | None:
        """A variable by its name, in this function or around it."""
        function: Function | None = self
        while function is not None:
            for block in reversed(function.blocks):
                if name in block:
                    return block[name]
            function = function.outer
        return None

    def owns(self, variable: Variable) -> bool:
        return any(item is variable for block in self.blocks for item in block.values())

    def borrow(self, variable: Variable) -> None:
        """This function changes a variable of one around it."""
        function: Function | None = self
        while function is not None and not function.owns(variable):
            function.nonlocals.add(variable.made)
            function = function.outer

    def temp(self) -> str:
        """A name for a value in between."""
        made = self.module.fresh(RUNTIME_SIGN + "t")
        self.temps.append(made)
        return made

    def drain(self) -> list[ast.stmt]:
        """What must be done before, handed over."""
        before, self.before = self.before, []
        return before
