"""The small scope as timed automata in TChecker's text format: a second opinion over dense time.

One process for each chunk, one each for the stop, the disconnect and the alarm; the alarm's
deadline is a clock. A state with the label ``violated`` is reachable if and only if the alarm can
complete the session while a chunk is missing: ``tck-reach -a reach -l violated model.txt``. The
format is that of https://github.com/ticktac-project/tchecker (wiki, "TChecker file format").
"""

from __future__ import annotations

from lastchunk.model.explore.export.small_scope import SmallScope, small_scope_of
from lastchunk.model.scenario.schema import Scenario


def tchecker(scenario: Scenario) -> str:
    """The TChecker text of a small-scope scenario with the alarm design. Raises `InputError`."""
    scope = small_scope_of(scenario)
    parts = [
        ["# The alarm design in the small scope, over dense time. Written by lastchunk."],
        ["system:small_scope", ""],
        _events(scope),
        [f"int:1:0:{scope.chunks}:{scope.chunks}:missing", ""],
        *(_chunk(scope, chunk) for chunk in range(scope.chunks)),
        _stop(scope),
        *([_disconnect(scope)] if scope.disconnect else []),
        _alarm(scope),
        _synchronizations(scope),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _events(scope: SmallScope) -> list[str]:
    names = ["store", "lose", "send", "run", "cut", "fire"]
    names += [f"store{chunk}" for chunk in range(scope.chunks)]
    return [f"event:{name}" for name in names] + [""]


def _chunk(scope: SmallScope, chunk: int) -> list[str]:
    me, clock = f"chunk{chunk}", f"x{chunk}"
    arrives = f"provided:{clock}>={scope.low}:do:missing=missing-1"
    lines = [
        f"clock:1:{clock}",
        f"process:{me}",
        f"location:{me}:flying{{initial::invariant:{clock}<={scope.high}}}",
        f"location:{me}:stored{{}}",
        f"edge:{me}:flying:stored:store{chunk}{{{arrives}}}",
    ]
    if scope.retries:
        lines += [
            f"location:{me}:waiting{{invariant:{clock}<={scope.back_off}}}",
            f"location:{me}:again{{invariant:{clock}<={scope.high}}}",
            f"edge:{me}:flying:waiting:lose{{provided:{clock}>={scope.low}:do:{clock}=0}}",
            f"edge:{me}:flying:waiting:cut{{do:{clock}=0}}",
            f"edge:{me}:waiting:again:send{{provided:{clock}>={scope.back_off}:do:{clock}=0}}",
            f"edge:{me}:again:stored:store{chunk}{{{arrives}}}",
        ]
    return [*lines, ""]


def _stop(scope: SmallScope) -> list[str]:
    return [
        "clock:1:s",
        "process:stop",
        f"location:stop:sent{{initial::invariant:s<={scope.high}}}",
        "location:stop:over{}",
        f"edge:stop:sent:over:run{{provided:s>={scope.low}}}",
        "",
    ]


def _disconnect(scope: SmallScope) -> list[str]:
    return [
        "clock:1:f",
        "process:network",
        f"location:network:up{{initial::invariant:f<={scope.high}}}",
        "location:network:struck{}",
        "edge:network:up:struck:cut{}",
        "",
    ]


def _alarm(scope: SmallScope) -> list[str]:
    lines = [
        "clock:1:a",
        "process:alarm",
        "location:alarm:off{initial:}",
        f"location:alarm:grace{{invariant:a<={scope.grace}}}",
        f"location:alarm:long{{invariant:a<={scope.long}}}",
        "location:alarm:completed{}",
        "location:alarm:wrong{labels:violated}",
    ]
    for place in ("off", "grace", "long"):
        lines.append(f"edge:alarm:{place}:grace:run{{do:a=0}}")
        lines += [
            f"edge:alarm:{place}:long:store{chunk}{{do:a=0}}" for chunk in range(scope.chunks)
        ]
    for place, limit in (("grace", scope.grace), ("long", scope.long)):
        due = f"provided:a>={limit}&&missing"
        lines.append(f"edge:alarm:{place}:completed:fire{{{due}==0}}")
        lines.append(f"edge:alarm:{place}:wrong:fire{{{due}>0}}")
    return [*lines, ""]


def _synchronizations(scope: SmallScope) -> list[str]:
    lines = ["sync:stop@run:alarm@run"]
    lines += [f"sync:chunk{c}@store{c}:alarm@store{c}" for c in range(scope.chunks)]
    if scope.disconnect and scope.retries:
        cut = ":".join(f"chunk{chunk}@cut?" for chunk in range(scope.chunks))
        lines.append(f"sync:network@cut:{cut}")
    return lines
