"""The small scope as a Promela model for Spin: a second opinion that shares no code.

The model is written out of the scenario's numbers alone: chunks, stop, disconnect and alarm as the
protocol has them, time as whole ticks. ``DESIGN`` is fixed to the alarm design. A tick is possible
only while nothing is overdue; simultaneous events come in every order. The assertion is that the
alarm finds every chunk stored.

Run it: ``spin -a model.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -m1000000``.
"""

from __future__ import annotations

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.export.small_scope import SmallScope, small_scope_of
from lastchunk.model.scenario.schema import Scenario

TEMPLATE = """\
/* The alarm design in the small scope, over whole ticks. Written by lastchunk.
   phase: 0 under way, 1 backing off, 2 under way again, 3 stored. -1: over, or not set. */
#define N {n}
#define LOW {low}
#define HIGH {high}
#define BACK_OFF {back_off}
#define GRACE {grace}
#define LONG {long}
#define RETRIES {retries}

byte phase[N];
short age[N];
short stop = 0;
short fault = {fault};
short alarm = -1;
bool ended = false;

inline may_tick() {{
  ok = (alarm != 0) && (stop < HIGH) && (fault < HIGH);
  i = 0;
  do
  :: i < N ->
     if
     :: phase[i] == 1 && age[i] >= BACK_OFF -> ok = false
     :: (phase[i] == 0 || phase[i] == 2) && age[i] >= HIGH -> ok = false
     :: else
     fi;
     i++
  :: else -> break
  od
}}

active proctype session() {{
  byte i; byte c; bool ok;
  do
  :: ended -> break
  :: !ended -> atomic {{
     d_step {{ may_tick() }};
     if
     :: ok -> d_step {{
          i = 0;
          do
          :: i < N -> if :: phase[i] != 3 -> age[i]++ :: else fi; i++
          :: else -> break
          od;
          if :: stop >= 0 -> stop++ :: else fi;
          if :: fault >= 0 -> fault++ :: else fi;
          if :: alarm > 0 -> alarm-- :: else fi;
          i = 0
        }}
     :: select (c : 0 .. N - 1);
        if
        :: (phase[c] == 0 || phase[c] == 2) && age[c] >= LOW ->
             phase[c] = 3; age[c] = 0; alarm = LONG
        :: phase[c] == 0 && age[c] >= LOW && RETRIES -> phase[c] = 1; age[c] = 0
        :: phase[c] == 1 && age[c] == BACK_OFF -> phase[c] = 2; age[c] = 0
        :: else
        fi;
        c = 0
     :: stop >= LOW -> stop = -1; alarm = GRACE
     :: fault >= 0 -> d_step {{
          fault = -1; i = 0;
          do
          :: i < N ->
             if :: phase[i] == 0 && RETRIES -> phase[i] = 1; age[i] = 0 :: else fi;
             i++
          :: else -> break
          od;
          i = 0
        }}
     :: alarm == 0 -> d_step {{
          i = 0;
          do
          :: i < N -> assert(phase[i] == 3); i++
          :: else -> break
          od;
          i = 0; ended = true
        }}
     fi;
     ok = false
     }}
  od
}}
"""


def promela(scenario: Scenario) -> str:
    """The Promela text of a small-scope scenario with the alarm design. Raises `InputError`."""
    scope: SmallScope = small_scope_of(scenario)
    if max(scope.high, scope.long, scope.grace, scope.back_off) > 30_000:
        raise InputError("scenario", scope, "times of at most 30,000 ms: Spin counts them in ticks")
    return TEMPLATE.format(
        n=scope.chunks,
        low=scope.low,
        high=scope.high,
        back_off=scope.back_off,
        grace=scope.grace,
        long=scope.long,
        retries=int(scope.retries),
        fault=0 if scope.disconnect else -1,
    )
