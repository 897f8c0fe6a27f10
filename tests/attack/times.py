"""Times and durations met by operations that only a number has, and asked for their type."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

from tests.attack.ground import AS_SAMPLED, COUNT_TRUE, Timed, Tried, timed


class ByAbs(Timed):
    """How far two times are apart."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Without its sign."""
        return bool(abs(began_ms - now_ms) > self.settings.slow_ms)  # refused


class ByNegation(Timed):
    """A negative difference."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """The other way round."""
        return bool(-(began_ms - now_ms) > self.settings.slow_ms)  # refused


class ByDivision(Timed):
    """A duration in whole units."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """At least one and a millisecond."""
        return bool((now_ms - began_ms - 1) // self.settings.slow_ms >= 1)  # refused


class ByDivmod(Timed):
    """A duration in whole units and what is left."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Both at once."""
        units, rest = divmod(now_ms - began_ms, self.settings.slow_ms)  # refused
        return bool(units > 1 or (units == 1 and rest > 0))


class ByModulo(Timed):
    """What is left of a time."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Nothing is over where it is short."""
        took_ms = now_ms - began_ms
        return bool(took_ms % (self.settings.slow_ms + 1) != took_ms)  # refused


class ByRound(Timed):
    """A duration in rounded seconds."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Rounded up."""
        return bool(round((now_ms - began_ms) / self.settings.slow_ms + 0.4999) > 1)  # refused


class ByMath(Timed):
    """A duration as a fraction."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Rounded up by ``math``."""
        return bool(math.ceil((now_ms - began_ms) / self.settings.slow_ms) > 1)  # refused


class ByProduct(Timed):
    """Twice a duration."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Against twice the limit."""
        return bool(2 * (now_ms - began_ms) > 2 * self.settings.slow_ms)  # refused


class ByInt(Timed):
    """A duration made a number."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``int``."""
        return bool(int(now_ms - began_ms) > self.settings.slow_ms)  # refused


class ByFloat(Timed):
    """A time in seconds."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``float``."""
        took_ms = float(now_ms) - float(began_ms)  # refused
        return bool(took_ms > self.settings.slow_ms)


class ByText(Timed):
    """A time as a text, and back."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``str``."""
        took_ms = int(str(now_ms)) - int(str(began_ms))  # refused
        return bool(took_ms > self.settings.slow_ms)


class ByFormat(Timed):
    """A duration in a text."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """As many letters as ms."""
        return bool(len(f"{'':>{now_ms - began_ms}}") > self.settings.slow_ms)  # refused


class ByJson(Timed):
    """A record with a time, as text and back."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``json``."""
        record = json.loads(json.dumps({"at": began_ms}))  # refused
        return bool(now_ms - record["at"] > self.settings.slow_ms)


class ByDate(Timed):
    """A time as a date."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``datetime``."""
        began = datetime.datetime.fromtimestamp(began_ms / 1000, datetime.UTC)  # refused
        ended = datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC)  # refused
        return bool((ended - began).total_seconds() * 1000 > self.settings.slow_ms)


class ByRange(Timed):
    """A duration as a range."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Its length."""
        return bool(len(range(began_ms, now_ms)) > self.settings.slow_ms)  # refused


class ByDict(Timed):
    """A dictionary whose keys are times."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Is there one for each ms?"""
        known = {began_ms + ms: True for ms in range(self.settings.slow_ms + 1)}  # refused
        return now_ms not in known  # refused


class BySet(Timed):
    """A set of times."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Is it in there?"""
        return now_ms not in {began_ms + ms for ms in range(self.settings.slow_ms + 1)}  # refused


class ByTotal(Timed):
    """Durations are added up."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``sum``."""
        return bool(sum([now_ms - began_ms, 0]) > self.settings.slow_ms)  # refused


class ByType(Timed):
    """Only what is a whole number counts as a time."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``isinstance``."""
        if not isinstance(began_ms, int):  # refused
            return False
        return bool(now_ms - began_ms > self.settings.slow_ms)


class ByClassPattern(Timed):
    """Only what matches a whole number counts as a time."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By a class pattern."""
        match began_ms:  # refused
            case int(began):  # refused
                return bool(now_ms - began > self.settings.slow_ms)
            case _:
                return False


class ByExactType(Timed):
    """Only what is exactly a whole number counts as a time."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``type``."""
        return type(began_ms) is int and now_ms - began_ms > self.settings.slow_ms  # refused


class ByAttribute(Timed):
    """A method that a number has."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By the number of bits."""
        return (now_ms - began_ms).bit_length() > self.settings.slow_ms.bit_length()  # type: ignore[no-any-return]  # refused


class ByProtocol(Timed):
    """Whether it has what a number has."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``hasattr``."""
        return (
            hasattr(began_ms, "bit_length") and now_ms - began_ms > self.settings.slow_ms
        )  # refused


class ByErrorCaught(Timed):
    """What goes wrong with a time is caught, and counts as not slow."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By a try."""
        try:
            return bool(int(now_ms - began_ms) // self.settings.slow_ms > 0)  # refused
        except Exception:  # refused
            return False


class ByPower(Timed):
    """A duration squared."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Against the limit squared."""
        return bool((now_ms - began_ms) ** 2 > self.settings.slow_ms**2)  # refused


class ByBits(Timed):
    """A duration shifted."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Doubled by its bits."""
        return bool((now_ms - began_ms) << 1 > self.settings.slow_ms << 1)  # refused


TYPES = (ByJson, ByType, ByClassPattern, ByExactType, ByProtocol)
TRIED = (
    *timed(
        ByAbs,
        ByNegation,
        ByDivision,
        ByDivmod,
        ByModulo,
        ByRound,
        ByMath,
        ByProduct,
        ByInt,
        ByFloat,
        ByText,
        ByFormat,
        ByDate,
        ByRange,
        ByDict,
        BySet,
        ByTotal,
        ByAttribute,
        ByErrorCaught,
        ByPower,
        ByBits,
    ),
    *(Tried(cls, AS_SAMPLED, COUNT_TRUE) for cls in TYPES),
)
