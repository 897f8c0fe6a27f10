"""What a process has learned serves the next one; and what is not of this design never does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from lastchunk.model.base.errors import InternalError
from lastchunk.model.design.load import load_design, load_designs
from lastchunk.model.estimate import comparison, replicate
from lastchunk.model.kernel.nodes import FIRST_INTS
from lastchunk.model.kernel.running import nodes_known, on_disk, piloted
from lastchunk.model.kernel.running.on_disk import KeptNodes, load_nodes, nodes_file, save_nodes
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.designs import DESIGNS

pytest.importorskip("numba", reason="compiled code needs numba")
DESIGN = """
import enum
import os
from dataclasses import dataclass

from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings

GRACE_MS = int(os.environ.get("GRACE_MS", "5000"))
TABLE = {"grace": [GRACE_MS], "names": frozenset(("a", "b", "c", "d"))}
COUNT = [].count


class Hidden:
    grace_ms = GRACE_MS


HELD = {"class": Hidden, "tuple": (Hidden,)}


class Wait(enum.Enum):
    LONG = GRACE_MS


def around(value):
    return (lambda: value, lambda: 0)[0]


def by_default(value):
    def grace(self, given=value):
        return given

    return grace


def by_name(value):
    def grace(self, *, given=value):
        return given

    return grace


here = around(GRACE_MS)


@dataclass(frozen=True)
class MySettings(AlarmSettings):
    pass


class MyDesign(AlarmDesign):
    Settings = MySettings
"""
USES = (
    "def grace(self): return GRACE_MS",
    "def grace(self): return TABLE['grace'][0]",
    "def grace(self): return Wait.LONG.value",
    "def grace(self): return here()",
    "grace = by_default(GRACE_MS)",
    "grace = by_name(GRACE_MS)",
    "grace = [lambda self: 5000, lambda self: 6000][GRACE_MS > 5500]",
    "first_ms = GRACE_MS",
    "def grace(self): return HELD['class'].grace_ms",
    "def grace(self): return HELD['tuple'][0].grace_ms",
    "def grace(self): return 5000",
)


def own_design(what: str) -> str:
    """The text of a design with one line more."""
    return f"{DESIGN}    {what}\n"


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes without memory, and a cache folder of their own; that of compiled code stays."""
    forget(monkeypatch)
    monkeypatch.setattr(on_disk, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv(on_disk.SWITCH, "on")


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a new process knows: nothing."""
    monkeypatch.setattr(nodes_known, "_known", [])
    monkeypatch.setattr(piloted, "_piloted", [])


def rows(seed: int, engine: str = "kernel", count: int = 200) -> pd.DataFrame:
    """The rows of some sessions."""
    return comparison.compare("harmless", "alarm", count, seed, engine=engine).frame


def place_of_design(design: str = "alarm") -> Path:
    """Where something is kept."""
    scenario = load_scenario("harmless")
    place = nodes_file(scenario, load_design(design, scenario))
    assert place is not None
    return place


def files() -> list[Path]:
    """What is kept."""
    return sorted(place_of_design().parent.glob("*"))


def kept_nodes() -> KeptNodes:
    """What is kept of the alarm design."""
    kept = load_nodes(place_of_design())
    assert kept is not None
    return kept


@pytest.mark.parametrize("seed", [1, 2])
def test_another_process_learns_nothing_anew(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(1)
    forget(monkeypatch)
    again = comparison.compare("harmless", "alarm", 200, seed, engine="kernel")
    (known,) = nodes_known._known
    assert known.kept is not None
    assert (known.grown, known.learned) == (None, 0)
    pd.testing.assert_frame_equal(again.frame, rows(seed, "simpy"), check_exact=True)
    told = f"kernel, {known.missed} in SimPy (steps that are not kept)"
    assert again.engines["alarm"] == (told if known.missed else "kernel")
    assert known.missed < 20


def test_what_is_not_kept_is_learned_once_it_costs_much(monkeypatch: pytest.MonkeyPatch) -> None:
    rows(1, count=1)
    forget(monkeypatch)
    monkeypatch.setattr(nodes_known, "SPENT_MAX", 0)
    other = comparison.compare("harmless", "alarm", 400, 2, engine="kernel")
    (known,) = nodes_known._known
    assert known.kept is None
    assert known.learned > 0
    pd.testing.assert_frame_equal(other.frame, rows(2, "simpy", 400), check_exact=True)
    assert len(files()) == 1
    assert kept_nodes().steps == known.ends


def test_the_pilot_of_the_first_process_answers_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = load_scenario("harmless")
    given = (scenario, load_design("alarm", scenario), 1, replicate._row)
    rows(1)
    answers = [piloted.unwritten(*given, count) for count in (10, 10**6)]
    pilot = piloted._piloted[-1].pilot
    forget(monkeypatch)
    assert [piloted.unwritten(*given, count) for count in (10, 10**6)] == answers
    assert vars(piloted._piloted[-1].pilot) == vars(pilot)
    assert answers[0] != answers[1]


def test_what_is_kept_and_wrong_is_found_and_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    rows(1)
    kept = kept_nodes()
    ints = kept.arrays.ints.copy()
    ints[ints[FIRST_INTS.index("rows")]] += 1  # the first number of the first row
    save_nodes(place_of_design(), kept._replace(arrays=kept.arrays._replace(ints=ints)))
    forget(monkeypatch)

    def refused(_: Path) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refused)
        with pytest.raises(InternalError, match="compiled code and SimPy differ"):
            rows(1)
    assert len(files()) == 1
    forget(monkeypatch)
    with pytest.raises(InternalError, match="compiled code and SimPy differ"):
        rows(1)
    assert files() == []


@pytest.mark.parametrize("how", ["cut short", "one bit", "empty", "a folder"])
def test_a_broken_file_is_as_good_as_none(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(1)
    (file,) = files()
    data = file.read_bytes()
    if how == "a folder":
        file.unlink()
        file.mkdir()
    else:
        flipped = data[:-1] + bytes([data[-1] ^ 1])
        file.write_bytes({"cut short": data[:-9], "one bit": flipped, "empty": b""}[how])
    forget(monkeypatch)
    pd.testing.assert_frame_equal(before, rows(1), check_exact=True)
    assert nodes_known._known[-1].learned > 0
    assert how == "a folder" or files()[0].read_bytes() == data


def test_nothing_is_kept_where_the_switch_is_off_or_nothing_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(on_disk.SWITCH, "off")
    rows(1, count=20)
    monkeypatch.setenv(on_disk.SWITCH, "on")
    assert files() == []
    (tmp_path / "file").touch()
    monkeypatch.setattr(on_disk, "cache_folder", lambda: tmp_path / "file")
    forget(monkeypatch)
    rows(1, count=20)
    assert nodes_known._known[-1].on_disk > 0  # it is not tried after each batch


def test_what_was_used_longest_ago_is_deleted_first(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [place_of_design(name) for name in ("alarm", "outbox", "manifest")]
    rows(1, count=20)
    kept = kept_nodes()
    for at, place in enumerate(places[:2]):
        save_nodes(place, kept)
        os.utime(place, (at, at))
    load_nodes(places[0])  # it is of use
    monkeypatch.setattr(on_disk, "BYTES_MAX", places[0].stat().st_size * 2)
    save_nodes(places[2], kept)
    assert set(files()) == {places[0], places[2]}


def test_what_was_learned_of_other_code_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a test puts another function in the place of a design's, and takes it away."""
    file = tmp_path / "mine.py"
    file.write_text(own_design("def grace(self): return here()"), encoding="utf-8")
    scenario = load_scenario("harmless")
    spec = load_design(f"{file}:MyDesign", scenario)
    module = sys.modules[spec.cls.__module__]
    before = nodes_file(scenario, spec)
    comparison.compare(scenario, spec, 20, engine="kernel")
    assert before in files()
    assert before is not None
    before.unlink()
    forget(monkeypatch)
    known = nodes_known.known_nodes(scenario, spec)
    monkeypatch.setattr(module, "here", lambda: 5_000)
    assert nodes_file(scenario, spec) != before
    comparison.compare(scenario, spec, 20, engine="kernel")
    assert nodes_known._known == [known]
    assert (known.pilot is not None, known.on_disk) == (True, 0)
    assert files() == []


def test_each_design_setting_and_scenario_has_a_file_of_its_own(tmp_path: Path) -> None:
    trace = tmp_path / "uplink.txt"
    trace.write_text("1\n5\n9\n", encoding="utf-8")
    measured = [f"uplink={{kind='trace', file='{trace}'}}"]
    given = [("harmless", []), ("harmless", ["platform.clock_offset_ms=3"]), ("stray-stop", [])]
    places = []
    for name, overrides in [*given, ("harmless", measured)]:
        scenario = load_scenario(name, overrides)
        places += [nodes_file(scenario, load_design(design, scenario)) for design in DESIGNS]
        slow = ("alarm", DESIGNS["alarm"], {"grace_ms": 5_001})
        places.append(nodes_file(scenario, load_designs([slow], scenario)[0]))
    trace.write_text("1\n5\n10\n", encoding="utf-8")
    scenario = load_scenario("harmless", measured)
    places.append(nodes_file(scenario, load_design("alarm", scenario)))
    assert None not in places
    assert len(set(places)) == len(places)


def places_in_a_process(files: list[Path], grace_ms: int, hash_seed: int) -> list[str]:
    """Where another process keeps what it learns of some designs."""
    code = (
        "import sys\n"
        "from lastchunk.model.kernel.running.on_disk import nodes_file\n"
        "from lastchunk.model.design.load import load_design\n"
        "from lastchunk.model.scenario.load import load_scenario\n"
        "scenario = load_scenario('harmless')\n"
        "for file in sys.argv[1:]:\n"
        "    print(nodes_file(scenario, load_design(f'{file}:MyDesign', scenario)))"
    )
    more = {"GRACE_MS": str(grace_ms), "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-c", code, *map(str, files)]
    done = subprocess.run(command, env=os.environ | more, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().split()


def test_a_value_from_the_environment_is_a_part_of_a_design(tmp_path: Path) -> None:
    files = [tmp_path / f"mine_{at}.py" for at in range(len(USES))]
    for file, what in zip(files, USES, strict=True):
        file.write_text(own_design(what), encoding="utf-8")
    one, again, other = (
        places_in_a_process(files, *given) for given in ((5_000, 1), (5_000, 2), (6_000, 1))
    )
    assert all(place.endswith(".nodes") for place in one)
    assert one == again
    assert [place for place in one if place in other] == [one[-1]]  # the last one uses none of it


def test_a_design_that_no_other_process_could_compare_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "settings_beside.py").write_text("ONE = 1\n", encoding="utf-8")
    file, modules = (
        tmp_path / "mine.py",
        "import settings_beside\nMODULES = {'one': settings_beside}",
    )
    text = modules + own_design("def grace(self): return COUNT('a')")
    file.write_text(text, encoding="utf-8")
    scenario = load_scenario("harmless")
    assert nodes_file(scenario, load_design(f"{file}:MyDesign", scenario)) is None


@pytest.mark.parametrize("content", [b"def (", b"x = '\xff'", b"x = '\0'", None])
def test_a_design_beside_a_file_that_cannot_be_read_is_run_all_the_same(
    content: bytes | None, tmp_path: Path
) -> None:
    file, beside = tmp_path / "mine.py", tmp_path / "beside_it.py"
    seldom = "\n\ndef seldom():\n    import beside_it\n"
    file.write_text(own_design("pass") + seldom, encoding="utf-8")
    scenario = load_scenario("harmless")
    spec = load_design(f"{file}:MyDesign", scenario)
    beside.write_bytes(content or b"")
    if content is None:
        file.unlink()
    assert nodes_file(scenario, spec) is None
    found = comparison.compare(scenario, spec, 20, engine="kernel")
    assert found.engines == {"MyDesign": "kernel"}
