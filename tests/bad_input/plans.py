"""Plans of sweeps that are refused: the text, and what its one line must name."""

from __future__ import annotations

GOOD = """scenarios = ["everything-fast"]
designs = ["alarm"]
sessions = 5
[set]
recording.chunks = 1
[axes]
"network.request_loss" = [0.0, 0.1]
"""
LOSS = '"network.request_loss" = [0.0, 0.1]'

PLANS: dict[str, tuple[str, tuple[str, ...]]] = {
    "no-axes": (GOOD.partition("[axes]")[0], ("axes", "no default")),
    "no-designs": (GOOD.replace('"alarm"', ""), ("designs", "at least 1 item")),
    "scenario": (GOOD.replace("everything", "anything"), ("scenarios", "everything-fast")),
    "design": (GOOD.replace("alarm", "alram"), ("designs", "'alarm'")),
    "label": (
        GOOD.replace('"alarm"', '{ design = "alarm", label = "" }'),
        ("designs.0.label: ''", "at least 1 character"),
    ),
    "key": (GOOD.replace("sessions", "sesions"), ("sesions", "'sessions'")),
    "sessions": (GOOD.replace("= 5", "= 0"), ("sessions: 0", "greater than or equal to 1")),
    "text": (GOOD.replace("= 5", '= "5"'), ("sessions: '5'",)),
    "method": ('method = "random"\n' + GOOD, ("method: 'random'", "latin-hypercube")),
    "axis": (GOOD.replace("request_loss", "loss"), ("axes.network.loss", "'request_loss'")),
    "value": (GOOD.replace("0.1]", "1.5]"), ("axes.network.request_loss", "1.5")),
    "empty": (GOOD.replace("[0.0, 0.1]", "[]"), ("axes.network.request_loss", "list of values")),
    "number": (GOOD.replace("[0.0, 0.1]", "0.1"), ("axes.network.request_loss", "low = ")),
    "list": (GOOD.replace("0.1]", "[0.1]]"), ("axes.network.request_loss: [0.1]", "a number")),
    "twice": (
        GOOD.replace('["everything-fast"]', '["everything-fast", "everything-fast"]'),
        ("scenarios: 'everything-fast'", "each scenario once"),
    ),
    "range": (
        'method = "sobol"\n' + GOOD.replace("[0.0, 0.1]", "{ low = 0.2, high = 0.1 }"),
        ("network.request_loss", "the low one first"),
    ),
    "log": (
        GOOD.replace("[0.0, 0.1]", '{ low = 0, high = 1, steps = 3, scale = "log" }'),
        ("low: 0", "above 0"),
    ),
    "steps": (GOOD.replace("[0.0, 0.1]", "{ low = 0, high = 1 }"), ("steps",)),
    "listed": ('method = "saltelli"\npoints = 4\n' + GOOD, ("network.request_loss", "low = ")),
    "power": (
        'method = "saltelli"\npoints = 12\n'
        + GOOD.replace("[0.0, 0.1]", "{ low = 0.0, high = 0.1 }"),
        ("points: 12", "power of 2"),
    ),
    "set": (GOOD.replace("recording.chunks", "recording.chunk"), ("set", "'chunks'")),
    "uplink": ('uplink = "none.up"\n' + GOOD, ("uplink", "No such file")),
    "design-setting": (
        GOOD.replace(LOSS, '"design.graze_ms" = [1]'),
        ("axes.design.graze_ms", "'grace_ms'"),
    ),
    "steps-whole": (
        GOOD.replace("[set]\nrecording.chunks = 1\n", "").replace(
            LOSS, "recording.chunks = { low = 1, high = 3, steps = 50 }"
        ),
        ("axes: recording.chunks.steps: 50", "at most 3", "whole numbers from 1 to 3"),
    ),
    "steps-log": (
        GOOD.replace("[set]\nrecording.chunks = 1\n", "").replace(
            LOSS, 'recording.chunks = { low = 1, high = 10, steps = 10, scale = "log" }'
        ),
        ("axes: recording.chunks.steps: 10", "allowed: fewer: the values are whole"),
    ),
    "steps-none": (
        GOOD.replace("[0.0, 0.1]", "{ low = 0.1, high = 0.1, steps = 3 }"),
        ("axes: network.request_loss.high: 0.1", "another value than low"),
    ),
    "value-twice": (
        GOOD.replace("[0.0, 0.1]", "[0.1, 0.2, 0.1]"),
        ("axes: network.request_loss: 0.1", "each value once"),
    ),
    "set-and-axis": (
        GOOD.replace("recording.chunks = 1", "network.request_loss = 0.2"),
        ("set.network.request_loss: 0.2", "in [set] or in [axes]"),
    ),
    "grid-points": ("points = 4\n" + GOOD, ("points: 4", "method", "'grid'")),
    "grid-points-said": (
        'method = "grid"\npoints = 32\n' + GOOD,
        ("points: 32", "method", "'grid'"),
    ),
    "open": ("scenarios = [", ("valid TOML\n",)),
    "open-list": ('scenarios = ["a", "b"\n[axes]', ("valid TOML\n",)),
    "nothing": ("", ("at least one setting",)),
}
