"""One session: in SimPy from a seed, or from a recorded schedule."""

from model.properties import judge_settings
from model.simulate.replay import replay
from model.simulate.run import Run, record, simulate

__all__ = ["Run", "judge_settings", "record", "replay", "simulate"]
