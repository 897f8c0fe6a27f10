"""Somebody's own class, unchanged, on the real runtime, in the place of a world's object.

`adapter` says how it is asked and where its record is, `bundled` makes one module of it with the
watcher, `real` is the process and its clocks, `remote` is the program: what the real object does
is told to the world's object as the effects that a design's code would have awaited. So page,
network, faults and random numbers are lastchunk's, and its rules judge what the class does.
"""
