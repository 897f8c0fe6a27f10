"""Random streams, named by purpose and entity: never one global generator.

A draw depends on the seed, the session, the purpose and the entity, and on nothing else: not on
the order of the draws, the design under test, the process or the hash seed. So two designs meet
the same network (common random numbers).

The key of a session is mixed as numpy's `SeedSequence` does, without numpy, which takes longer to
import than many a command's own work. numpy promises that the mixing stays as it is.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Any

_SCALE = 2.0**-52
_POOL = 4
_WORD = 0xFFFF_FFFF
_BEGIN_MIX, _TIMES_MIX = 0x43B0_D7E5, 0x931E_8875
_BEGIN_OUT, _TIMES_OUT = 0x8B51_F9DD, 0x58F3_8DED
_TIMES_LEFT, _TIMES_RIGHT = 0xCA01_F9DD, 0x4973_F715


class Streams:
    """All random numbers of one session, under a key of its own."""

    __slots__ = ("_keyed", "seed", "session")

    def __init__(self, seed: int, session: int) -> None:
        self.seed = seed
        self.session = session

    def uniform(self, purpose: str, *entity: int) -> float:
        """A number strictly between 0 and 1 for this purpose and entity (whole numbers)."""
        name = f"{purpose}{entity}".encode()
        try:
            keyed = self._keyed.copy()
        except AttributeError:  # the first draw
            keyed = self._begun().copy()
        keyed.update(name)
        return ((int.from_bytes(keyed.digest(), "little") >> 12) + 0.5) * _SCALE

    def _begun(self) -> Any:
        self._keyed = blake2b(digest_size=8, key=session_key(self.seed, self.session))
        return self._keyed


def session_key(seed: int, session: int) -> bytes:
    """16 bytes for one session of a seed (whole numbers, at least 0)."""
    mixed, constant = _mixed_seed(seed)
    pool = list(mixed)
    for word in _words(session):
        constant = _stir(pool, word, constant)
    out = _BEGIN_OUT
    key = b""
    for word in pool:
        word ^= out
        out = out * _TIMES_OUT & _WORD
        word = word * out & _WORD
        key += (word ^ word >> 16).to_bytes(4, "little")
    return key


@lru_cache(maxsize=16)
def _mixed_seed(seed: int) -> tuple[tuple[int, ...], int]:
    """The pool as a seed leaves it, which all its sessions begin with, and the next constant."""
    words = _words(seed)
    words += [0] * (_POOL - len(words))
    constant = _BEGIN_MIX
    pool = []
    for word in words[:_POOL]:
        mixed, constant = _hashed(word, constant)
        pool.append(mixed)
    for source in range(_POOL):
        for to in range(_POOL):
            if source != to:
                mixed, constant = _hashed(pool[source], constant)
                pool[to] = _joined(pool[to], mixed)
    for word in words[_POOL:]:
        constant = _stir(pool, word, constant)
    return tuple(pool), constant


def _stir(pool: list[int], word: int, constant: int) -> int:
    """Mix one word more into all of the pool. Returns the next constant."""
    for to in range(_POOL):
        mixed, constant = _hashed(word, constant)
        pool[to] = _joined(pool[to], mixed)
    return constant


def _hashed(word: int, constant: int) -> tuple[int, int]:
    word ^= constant
    constant = constant * _TIMES_MIX & _WORD
    word = word * constant & _WORD
    return word ^ word >> 16, constant


def _joined(left: int, right: int) -> int:
    word = (_TIMES_LEFT * left - _TIMES_RIGHT * right) & _WORD
    return word ^ word >> 16


def _words(number: int) -> list[int]:
    """A whole number as words of 32 bits, the least first; 0 is one of them."""
    words = [number & _WORD]
    while number := number >> 32:
        words.append(number & _WORD)
    return words
