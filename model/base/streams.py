"""Random streams, named by purpose and entity: never one global generator.

A draw depends on the seed, the session, the purpose and the entity, and on nothing else: not on
the order of the draws, the design under test, the process or the hash seed. So two designs meet
the same network (common random numbers).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

_SCALE = 2.0**-52


class Streams:
    """All random numbers of one session; the key comes from numpy's `SeedSequence`."""

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
        from numpy import random  # a proof draws nothing, and need not wait for numpy

        sequence = random.SeedSequence(entropy=self.seed, spawn_key=(self.session,))
        key = sequence.generate_state(4).astype("<u4").tobytes()
        self._keyed = blake2b(digest_size=8, key=key)
        return self._keyed
