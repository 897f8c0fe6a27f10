"""Ever? The same design and the same world, for every order and every real-valued time.

Theory of operation
===================

Sampling says how often something goes wrong. This wing says whether it ever can, within bounds: no
delay is drawn, each may be anything from its least to its greatest value, and each draw of an
outcome may go either way.

**Instants** (`timing/instant.py`). The world runs here as it does under SimPy; only its times are
others. A time is an `Instant`: the name of a moment and whole milliseconds after it. Nobody knows
its value. What is known is a *zone* (`timing/zone.py`): for each two moments, how far they may lie
apart. A sum moves an instant, and a comparison of two is a question to the zone. Often the zone
has the answer. Where it leaves both open, the step is run twice, once under each answer, and each
run goes on with the part of the zone in which its answer is true.

**Steps** (`timing/steps.py`). All that a step asked, and the answers it was given, are kept as a
tree. The next class of the same discrete state walks down the tree by its own zone; code runs
again only where no class has been yet.

**States** (`state/`, `code/`). Two worlds have the same future if they are equal in all that can
influence it, up to the names of moments. So a world is written out: what is pending, under way and
stored, and what code holds, in its fields and across its awaits, with an identity for each object
that can change (`code/kept.py`). Whatever cannot be written out is refused, never left out.
Chunks that nobody tells apart are put in an order (`state/symmetry.py`).

**Classes** (`search/`). A discrete state with a zone is a class, and stands for as many states as
there are real numbers in the zone. The search goes breadth first. A class whose zone lies within
that of a known one is covered: whatever happens from it happens from the other. So only the largest
zones of a state are kept, and as bounds are whole milliseconds there are only so many. Instants
of the past are the exception, since they grow without end; those that no later comparison can tell
apart are forgotten (`search/past.py` has the proof).

**Verdicts** (`property_groups.py`, `verify.py`). What a property must remember is part of the
state (`state/monitor.py`). If a step violates it, the path there is walked again on a world of its
own, whole milliseconds are solved from its constraints, and the schedule is replayed by the plain
simulator before it is shown (`witness/`). If the search ends and nothing violates it, it is
*proved*, and the proof is attacked with concrete schedules before it is told. Where a budget ends
the search, the verdict is *unknown*, with the reason.

What a scope assumes and is silent on is written beside each verdict (`scope/`).
"""
