"""docs/properties.md is true: its example runs, and it names each value of the state."""

from __future__ import annotations

import re
from pathlib import Path

from lastchunk.model.design.own_properties import load_properties
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties.names import STATE

TEXT = (Path(__file__).parents[2] / "docs" / "properties.md").read_text(encoding="utf-8")


def test_the_example_gives_verdicts(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)
    file = tmp_path / "my_properties.py"
    file.write_text(block, encoding="utf-8")
    found = verify("small-scope", "alarm", load_properties(file))
    kinds = {slug: verdict.kind for slug, verdict in found.verdicts.items()}
    assert kinds == {"whole": "proved", "soon": "proved", "sent_once": "violated"}


def test_each_name_of_the_state_stands_there() -> None:
    lines = [f"* `{name}`: {known.meaning}" for name, known in STATE.items()]
    inner = TEXT.partition("<!-- state: begin -->\n")[2].partition("<!-- state: end -->")[0]
    assert inner.splitlines() == lines
