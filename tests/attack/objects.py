"""State in objects that are not plain data: slots, properties, descriptors, hidden dictionaries."""

from __future__ import annotations

import array
import collections
import types
import weakref
from typing import Any, ClassVar

from tests.attack.ground import Looks, Patient, patient


class InSlots:
    """The design itself has slots, and so no ``__dict__``."""

    __slots__ = ("ctx", "flying", "settings", "waited")  # refused
    Settings: Any = Looks
    stop_call = "signal_stop"
    create, complete, note, later = Patient.create, Patient.complete, Patient.note, Patient.later
    signal_stop, upload, alarm = Patient.signal_stop, Patient.upload, Patient.alarm
    stop_flow = staticmethod(Patient.stop_flow)

    def __init__(self, ctx: Any, settings: Any) -> None:
        self.ctx, self.settings, self.flying, self.waited = ctx, settings, 0, 0

    def looks(self) -> int:
        """One more."""
        self.waited += 1
        return self.waited


class PrivateSlot(Patient):
    """One slot of the design's own, with a private name, beside the fields of its base."""

    __slots__ = ("__waited",)  # refused

    def prepare(self) -> None:
        """None yet."""
        self.__waited = 0

    def looks(self) -> int:
        """One more."""
        self.__waited += 1
        return self.__waited


class Box:
    """An object of the user's own, with a private slot."""

    __slots__ = ("__inner",)  # refused: InBox

    def __init__(self) -> None:
        self.__inner = 0

    def grow(self) -> int:
        """One more."""
        self.__inner += 1
        return self.__inner


class InBox(Patient):
    """An object with a private slot in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.box = Box()  # refused

    def looks(self) -> int:
        """One more."""
        return self.box.grow()


class Pile:
    """An object of the user's own, with plain fields."""

    def __init__(self) -> None:  # refused: InPile
        self.items: list[int] = []

    def grow(self) -> int:
        """One more."""
        self.items.append(0)
        return len(self.items)


class InPile(Patient):
    """An object of an ordinary class in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.pile = Pile()  # refused

    def looks(self) -> int:
        """One more."""
        return self.pile.grow()


class ByProperty(Patient):
    """A property that writes a field of another name."""

    @property  # refused
    def waited(self) -> int:  # refused
        """How often the alarm has looked."""
        return len(getattr(self, "_marks", ""))  # refused

    @waited.setter  # refused
    def waited(self, value: int) -> None:  # refused
        self._marks = "x" * value

    def looks(self) -> int:
        """One more."""
        self.waited += 1
        return self.waited


class Beside:
    """A descriptor that keeps its values beside the instances."""

    def __init__(self) -> None:  # refused: ByDescriptor
        self.values: weakref.WeakKeyDictionary[Any, int] = (
            weakref.WeakKeyDictionary()
        )  # refused: ByDescriptor

    def __get__(self, owner: Any, kind: Any = None) -> int:  # refused: ByDescriptor
        return self.values.get(owner, 0)

    def __set__(self, owner: Any, value: int) -> None:  # refused: ByDescriptor
        self.values[owner] = value


class ByDescriptor(Patient):
    """A field that is kept in a weak dictionary of its class."""

    waited = Beside()  # refused

    def looks(self) -> int:
        """One more."""
        self.waited += 1  # refused
        return self.waited


KEPT: dict[int, dict[str, Any]] = {}  # refused: ByGetattr


class ByGetattr(Patient):
    """Unknown names are looked up in a table of the module."""

    def __getattr__(self, name: str) -> Any:  # refused
        return KEPT.setdefault(id(self), {}).get(name, 0)  # refused

    def __setattr__(self, name: str, value: Any) -> None:  # refused
        if name == "waited":
            KEPT.setdefault(id(self), {})[name] = value  # refused
        else:
            super().__setattr__(name, value)

    def looks(self) -> int:
        """One more."""
        self.waited += 1
        return int(self.waited)


class InCounter(Patient):
    """A kind of dictionary that counts."""

    def prepare(self) -> None:
        """None yet."""
        self.counts: collections.Counter[str] = collections.Counter()  # refused

    def looks(self) -> int:
        """One more."""
        self.counts["looks"] += 1
        return self.counts["looks"]


class InDefaultdict(Patient):
    """A dictionary that makes what is missing."""

    def prepare(self) -> None:
        """None yet."""
        self.lists: collections.defaultdict[str, list[int]] = collections.defaultdict(
            list
        )  # refused

    def looks(self) -> int:
        """One more."""
        self.lists["looks"].append(1)
        return len(self.lists["looks"])


class InOrderedDict(Patient):
    """A dictionary whose order counts: which key is last."""

    def prepare(self) -> None:
        """Five keys."""
        self.order = collections.OrderedDict.fromkeys(range(1, 7))  # refused

    def looks(self) -> int:
        """The first key goes to the end."""
        first = next(iter(self.order))
        self.order.move_to_end(first)
        return int(first)


class InChainMap(Patient):
    """A dictionary over another one."""

    def prepare(self) -> None:
        """None yet."""
        self.chain: collections.ChainMap[str, int] = collections.ChainMap(
            {}, {"looks": 0}
        )  # refused

    def looks(self) -> int:
        """One more, written into the upper one."""
        self.chain["looks"] += 1
        return self.chain["looks"]


class InNamespace(Patient):
    """An object to hang names on."""

    def prepare(self) -> None:
        """None yet."""
        self.bag = types.SimpleNamespace(looks=0)  # refused

    def looks(self) -> int:
        """One more."""
        self.bag.looks += 1
        return int(self.bag.looks)


class InArray(Patient):
    """Numbers in machine words, and bytes that change in place."""

    def prepare(self) -> None:
        """None yet."""
        self.words = array.array("i", [0])  # refused
        self.bytes = memoryview(bytearray(4))  # refused

    def looks(self) -> int:
        """One more."""
        self.bytes[0] += 1
        self.words[0] = self.bytes[0]
        return self.words[0]


class InBytearray(Patient):
    """A buffer that grows."""

    def prepare(self) -> None:
        """None yet."""
        self.buffer = bytearray()  # refused

    def looks(self) -> int:
        """One more."""
        self.buffer += b"x"
        return len(self.buffer)


class Number(int):
    """A number with a note on it."""

    note = 0


class InSubclass(Patient):
    """A number that carries an attribute."""

    def prepare(self) -> None:
        """None yet."""
        self.number = Number(7)  # refused

    def looks(self) -> int:
        """One more."""
        self.number.note += 1  # refused
        return self.number.note


class Noted(dict[str, int]):
    """A dictionary with a field beside its items."""

    looks = 0


class InDictSubclass(Patient):
    """A dictionary that stays empty, and carries an attribute."""

    def prepare(self) -> None:
        """None yet."""
        self.noted = Noted()  # refused

    def looks(self) -> int:
        """One more."""
        self.noted.looks += 1  # refused
        return self.noted.looks


class InWeakref(Patient):
    """The count lies behind a weak reference, and is kept alive by the class."""

    alive: ClassVar[list[Any]] = []  # refused

    def prepare(self) -> None:
        """None yet."""
        pile = Pile()  # refused
        self.alive.append(pile)  # refused
        self.ref = weakref.ref(pile)  # refused

    def looks(self) -> int:
        """One more."""
        pile = self.ref()
        return pile.grow() if pile is not None else 0


class InMadeClass(Patient):
    """The attribute of a class that is made while it runs."""

    def prepare(self) -> None:
        """None yet."""
        self.kind = type("Kind", (), {"looks": 0})  # refused

    def looks(self) -> int:
        """One more."""
        self.kind.looks += 1  # type: ignore[attr-defined]  # the user's own doing  # refused
        return int(self.kind.looks)  # type: ignore[attr-defined]


class InFloat(Patient):
    """A fraction that grows by a tenth."""

    def prepare(self) -> None:
        """None yet."""
        self.share = 0.0  # refused

    def looks(self) -> int:
        """One more."""
        self.share += 0.1  # refused
        return round(self.share * 10)  # refused


TRIED = tuple(
    patient(
        InSlots,
        PrivateSlot,
        InBox,
        InPile,
        ByProperty,
        ByDescriptor,
        ByGetattr,
        InCounter,
        InDefaultdict,
        InOrderedDict,
        InChainMap,
        InNamespace,
        InArray,
        InBytearray,
        InSubclass,
        InDictSubclass,
        InWeakref,
        InMadeClass,
        InFloat,
    )
)
