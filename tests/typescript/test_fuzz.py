"""Random programs say here what they say in Node: values, classes, closures, the order of promises.

A program that is refused says the same as far as it comes. A hundred thousand are run by
``benchmarks.typescript_fuzz``.
"""

from __future__ import annotations

import pytest

from tests.typescript.against_node import NODE, REFUSED, difference, node_says, we_say
from tests.typescript.random_programs import random_program

COUNT = 500
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not there to compare with")


def test_random_programs_say_what_they_say_in_node() -> None:
    programs = [random_program(seed) for seed in range(COUNT)]
    ours = [we_say(program) for program in programs]
    differing = {
        seed: words
        for seed, (mine, nodes) in enumerate(zip(ours, node_says(programs), strict=True))
        if (words := difference(mine, nodes))
    }
    assert differing == {}
    refused = sum(bool(said) and said[-1].startswith(REFUSED) for said in ours)
    assert refused < COUNT / 10, "a fuzz of refusals says nothing"
