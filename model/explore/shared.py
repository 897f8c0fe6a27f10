"""What the answers about one design in one scope share: none does again what another did."""

from __future__ import annotations

from dataclasses import dataclass, field

from lastchunk.model.explore.state.worlds import SharedWorlds
from lastchunk.model.explore.witness.attack import Played


@dataclass
class SharedScope:
    """The steps of its worlds, and the schedules that its proofs were attacked with."""

    worlds: SharedWorlds = field(default_factory=dict)
    played: Played = field(default_factory=dict)
