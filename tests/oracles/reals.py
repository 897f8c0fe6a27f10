"""The small scope, told once more and independently: over real-valued delays, for z3.

See `tests.oracles.ticks` for the protocol.
"""

from __future__ import annotations

from typing import Any

import z3

from tests.oracles.ticks import Config


def violated_by_reals(config: Config) -> bool:
    """Whether z3 finds real-valued delays for which the alarm completes without a chunk."""
    solver = z3.Solver()
    stop, fault = z3.Real("stop"), z3.Real("fault")
    solver.add(config.low <= stop, stop <= config.high, fault >= 0, fault <= config.high)
    arrivals = [_arrival(config, solver, fault, chunk) for chunk in range(config.n)]
    alarms = [(stop, config.grace), *((arrival, config.long) for arrival in arrivals)]
    ways = []
    for number, (since, length) in enumerate(alarms):
        due = since + length
        others = [other for at, (other, _) in enumerate(alarms) if at != number]
        untouched = [z3.Or(other <= since, other >= due) for other in others]
        missing = z3.Or([arrival >= due for arrival in arrivals if arrival is not since])
        ways.append(z3.And(*untouched, missing))
    solver.add(z3.Or(ways))
    return bool(solver.check() == z3.sat)


def _arrival(config: Config, solver: Any, fault: Any, chunk: int) -> Any:
    """When a chunk is stored, over all that may happen to it."""
    first, second, arrival = z3.Reals(f"first{chunk} second{chunk} arrival{chunk}")
    for leg in (first, second):
        solver.add(config.low <= leg, leg <= config.high)
    spared = fault >= first if config.disconnects and config.retries else z3.BoolVal(True)
    ways = [z3.And(spared, arrival == first)]
    if config.retries:
        ways.append(z3.And(spared, arrival == first + config.back_off + second))
        if config.disconnects:
            ways.append(z3.And(fault <= first, arrival == fault + config.back_off + second))
    solver.add(z3.Or(ways))
    return arrival
