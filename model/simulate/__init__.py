"""One session: in SimPy from a seed, or from a recorded schedule."""

from lastchunk.model.properties import judge_settings
from lastchunk.model.simulate.replay import replay
from lastchunk.model.simulate.run import Run, record, simulate

__all__ = ["Run", "judge_settings", "record", "replay", "simulate"]
