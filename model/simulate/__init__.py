"""One session: in SimPy from a seed, or from a recorded schedule."""

from model.simulate.replay import replay
from model.simulate.run import Run, judge_settings, record, simulate

__all__ = ["Run", "judge_settings", "record", "replay", "simulate"]
