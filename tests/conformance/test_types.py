"""The worker and the page are TypeScript that the strict compiler takes."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lastchunk.model.conformance.runtime.toolbox import WORKER

COMPILER = WORKER / "node_modules/.bin/tsc"


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.page.json"])
def test_the_strict_compiler_takes_it(project: str) -> None:
    if shutil.which("node") is None or not COMPILER.exists():
        pytest.skip("TypeScript is not here: `npm ci --prefix worker` fetches it")
    done = subprocess.run(
        [COMPILER, "--project", WORKER / project], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
