"""Breadth first through the state classes: each once, and none that another one covers."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from model.explore.machine import Machine
from model.explore.symmetry import sorted_zone


class Store:
    """The zones known for one discrete state; with inclusion, the maximal ones alone."""

    __slots__ = ("exact", "known", "numbers", "zones")

    def __init__(self, cells: int) -> None:
        self.zones = np.empty((4, cells), dtype=np.int64)
        self.numbers: list[int] = []

    def covered(self, flat: Any) -> bool:
        count = len(self.numbers)
        return count > 0 and bool((flat <= self.zones[:count]).all(axis=1).any())

    def add(self, flat: Any, number: int) -> list[int]:
        """Keep a zone; returns the classes that it covers, which are dropped."""
        count = len(self.numbers)
        dropped = []
        if count:
            inside = (self.zones[:count] <= flat).all(axis=1)
            if inside.any():
                keep = ~inside
                dropped = [n for n, gone in zip(self.numbers, inside, strict=True) if gone]
                self.numbers = [n for n, gone in zip(self.numbers, inside, strict=True) if not gone]
                left = self.zones[:count][keep]
                count = len(left)
                self.zones[:count] = left
        if count == len(self.zones):
            self.zones = np.concatenate([self.zones, np.empty_like(self.zones)])
        self.zones[count] = flat
        self.numbers.append(number)
        return dropped


def explore(machine: Machine):
    leaf, zone = machine.root()
    zone = leaf.layout.apply(zone)
    classes = []
    queue = deque()
    dead = set()
    steps = 0
    violated = {}
    def push(node, zone, parent):
        if node.skeleton.groups:
            zone, order = sorted_zone(zone, node.skeleton.groups)
        flat = zone.ravel()
        if node.store is None:
            node.store = Store(flat.size)
        elif node.store.covered(flat):
            return
        n = len(classes)
        dead.update(node.store.add(flat, n))
        classes.append((node, zone))
        queue.append(n)
    push(leaf.target, zone, -1)
    expanded = 0
    while queue:
        n = queue.popleft()
        if n in dead: continue
        expanded += 1
        node, zone = classes[n]
        for move, leaf, part, nxt in machine.successors(node, zone):
            steps += 1
            for slug, j in leaf.judgements.items():
                if type(j).__name__ == "Violation":
                    violated.setdefault(slug, (n, move.key, j))
            if leaf.target is not None:
                push(leaf.target, nxt, n)
    return dict(kept=len(classes)-len(dead), generated=len(classes), expanded=expanded, nodes=len(machine.nodes), runs=machine.runs, steps=steps, violated=violated)
