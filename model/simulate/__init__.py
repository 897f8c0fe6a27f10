"""Once: one session in SimPy, a trace out."""

from model.simulate.run import Run, judge_settings, simulate

__all__ = ["Run", "judge_settings", "simulate"]
