"""Random streams, named by purpose and entity: never one global generator.

A draw depends on the seed, the session, the purpose and the entity, and on nothing else: not on
the order of the draws, the design under test, the process or the hash seed. So two designs meet
the same network (common random numbers).

A name comes to one word of 64 bits, whatever the session: the purpose by a hash, each number of
the entity mixed in. A draw mixes that word with the two words of the session's key, each time by
the function that ends SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
generators, OOPSLA 2014, with the constants of D. Stafford's variant 13).

The key of a session is mixed as numpy's `SeedSequence` does, without numpy, which takes longer to
import than many a command's own work. numpy promises that the mixing stays as it is.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

DRAWS = "splitmix64"
"""What draws are made by: under other ones a session of the same number is another session."""
_SCALE = 2.0**-52
LONG = 0xFFFF_FFFF_FFFF_FFFF
GOLDEN, TIMES_FIRST, TIMES_THEN = (
    0x9E37_79B9_7F4A_7C15,
    0xBF58_476D_1CE4_E5B9,
    0x94D0_49BB_1331_11EB,
)
"""The step of SplitMix64, and the two factors of its mixing."""
_POOL = 4
_WORD = 0xFFFF_FFFF
_BEGIN_MIX, _TIMES_MIX = 0x43B0_D7E5, 0x931E_8875
_BEGIN_OUT, _TIMES_OUT = 0x8B51_F9DD, 0x58F3_8DED
_TIMES_LEFT, _TIMES_RIGHT = 0xCA01_F9DD, 0x4973_F715


class Streams:
    """All random numbers of one session, under a key of its own."""

    __slots__ = ("_key", "seed", "session")
    _key: tuple[int, int]

    def __init__(self, seed: int, session: int) -> None:
        self.seed = seed
        self.session = session

    def uniform(self, purpose: str, *entity: int) -> float:
        """A number strictly between 0 and 1 for this purpose and entity (whole numbers)."""
        try:
            first, then = self._key
        except AttributeError:  # the first draw
            self._key = first, then = session_key(self.seed, self.session)
        word = mixed((mixed(name_word(purpose, entity) ^ first) + then) & LONG)
        return ((word >> 12) + 0.5) * _SCALE


@lru_cache(maxsize=2**14)
def name_word(purpose: str, entity: tuple[int, ...]) -> int:
    """What a name comes to. Of whole numbers beyond 64 bits the lowest 64 count."""
    word = int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little")
    for number in entity:
        word = mixed(((word ^ number & LONG) + GOLDEN) & LONG)
    return word


def mixed(word: int) -> int:
    """64 bits mixed: each hangs on all."""
    word = (word ^ word >> 30) * TIMES_FIRST & LONG
    word = (word ^ word >> 27) * TIMES_THEN & LONG
    return word ^ word >> 31


def session_key(seed: int, session: int) -> tuple[int, int]:
    """Two words of 64 bits for one session of a seed (whole numbers, at least 0)."""
    seeded, constant = _mixed_seed(seed)
    pool = list(seeded)
    for word in _words(session):
        constant = _stir(pool, word, constant)
    out = _BEGIN_OUT
    for at, word in enumerate(pool):
        word ^= out
        out = out * _TIMES_OUT & _WORD
        word = word * out & _WORD
        pool[at] = word ^ word >> 16
    return pool[0] | pool[1] << 32, pool[2] | pool[3] << 32


@lru_cache(maxsize=16)
def _mixed_seed(seed: int) -> tuple[tuple[int, ...], int]:
    """The pool as a seed leaves it, which all its sessions begin with, and the next constant."""
    words = _words(seed)
    words += [0] * (_POOL - len(words))
    constant = _BEGIN_MIX
    pool = []
    for word in words[:_POOL]:
        stirred, constant = _hashed(word, constant)
        pool.append(stirred)
    for source in range(_POOL):
        for to in range(_POOL):
            if source != to:
                stirred, constant = _hashed(pool[source], constant)
                pool[to] = _joined(pool[to], stirred)
    for word in words[_POOL:]:
        constant = _stir(pool, word, constant)
    return tuple(pool), constant


def _stir(pool: list[int], word: int, constant: int) -> int:
    """Mix one word more into all of the pool. Returns the next constant."""
    for to in range(_POOL):
        stirred, constant = _hashed(word, constant)
        pool[to] = _joined(pool[to], stirred)
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
