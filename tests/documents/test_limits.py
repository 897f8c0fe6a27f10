"""docs/limits.md is true: each setting that it says exploring refuses is refused, by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lastchunk.model.explore.scope.refusals import NotExplorableError, refusals, refuse_scope
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate

TEXT = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("refuses of a scenario\n")[2].partition("\n## ")[0]
SETTINGS = re.findall(r"^\| `(.*?)` \|", TABLE, re.M)


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_setting_is_refused_by_name_while_exploring_and_simulates(setting: str) -> None:
    quiet = ["expect.sometimes=[]", setting]
    scenario = load_scenario("everything-fast", ["recording.duration_ms=15000", *quiet])
    (found,) = refusals(scenario)
    key, _, value = setting.partition("=")
    kind = re.search(r"kind='(\w+)'", value)
    assert found.field == key
    if key == "faults" and kind is not None:
        assert kind[1] in found.value
    with pytest.raises(NotExplorableError, match="The nearest scope that works"):
        refuse_scope(scenario)
    assert simulate(scenario, "lazy-alarm", 1).facts.ended == "quiet"


def test_the_table_has_each_reason_of_the_source() -> None:
    """Each setting and each fault that the source refuses stands in the table."""
    source = Path(refusals.__code__.co_filename).read_text(encoding="utf-8")
    fields = set(re.findall(r'Refusal\(\s*"([\w.]+)"', source)) - {"faults"}
    kinds = set(re.findall(r'fault\.kind == "(\w+)"', source))
    assert fields <= {setting.partition("=")[0] for setting in SETTINGS}
    assert kinds <= set(re.findall(r"kind='(\w+)'", TABLE))
