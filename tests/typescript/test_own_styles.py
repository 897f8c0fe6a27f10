"""Classes of a stranger's shape are explored as designs of the shipped shape are."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from tests.typescript.own_styles import write_routed

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SLOW_PUTS = "blobs.put_delay_ms={distribution='uniform',low_ms=1,high_ms=8}"


def test_a_class_with_routes_is_explored_while_a_put_is_under_way(tmp_path: Path) -> None:
    reference, slug = write_routed(tmp_path), "complete_at_finalization"
    for grace_ms, kind in ((20, "violated"), (60, "proved")):
        settings = ["chunks=1", "disconnects=0", SLOW_PUTS, f"grace_ms={grace_ms}"]
        scope = lastchunk.load_scenario("small-scope", settings)
        proof = lastchunk.verify(scope, reference, properties=slug, attack=0)
        assert proof.verdicts[slug].kind == kind
