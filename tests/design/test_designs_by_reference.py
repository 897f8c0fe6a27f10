"""From a reference to a design: what is found, what is refused, and which settings it takes."""

from __future__ import annotations

import dataclasses
import pickle
import sys
from pathlib import Path

import pytest

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.design.load import load_design, load_designs, settings_for, shipped_designs
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reference_impl import contract
from lastchunk.reference_impl.designs import DESIGNS

WHOLE = """
from dataclasses import dataclass
from lastchunk.reference_impl.contract import Response

@dataclass(frozen=True)
class Settings:
    grace_ms: int = 5_000
    share: float = 0.5
    name: str = "x"
    fast: bool = False

    def __post_init__(self):
        if self.share > 1:
            raise ValueError("share is above 1")

class Mine:
    '''Mine: says so.

    And more.'''

    Settings = Settings
    stop_call = "halt"

    def __init__(self, ctx, settings): self.settings = settings
    async def create(self): return Response(200)
    async def upload(self, chunk): return Response(200)
    async def halt(self): return Response(200)
    async def alarm(self): return None

    @staticmethod
    async def stop_flow(page, settings): await page.browser.fetch("halt")
"""


def scenario(*overrides: str) -> Scenario:
    return load_scenario("everything-fast", overrides)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(WHOLE)
    return path


def refused(reference: str, *overrides: str) -> InputError:
    """How a design is refused under these overrides."""
    with pytest.raises(InputError) as caught:
        load_designs([reference], scenario(*overrides))
    return caught.value


def test_a_file_with_a_design_is_one_and_travels(mine: Path) -> None:
    spec = load_design(f"{mine}:Mine")
    assert (spec.name, spec.reference) == ("Mine", f"{mine}:Mine")
    assert spec.settings == spec.cls.Settings()
    changed = load_design(f"{mine}:Mine", scenario("design.Mine.grace_ms=7", "design.share=1"))
    again = pickle.loads(pickle.dumps(changed))
    assert (again.name, again.settings.grace_ms, again.settings.share) == ("Mine", 7, 1)


def test_a_file_that_says_the_contract_s_old_name_gets_the_one_contract(tmp_path: Path) -> None:
    path = tmp_path / "old.py"
    path.write_text(
        "from reference_impl.alarm import AlarmDesign\nimport reference_impl.contract as c\n"
        "class Mine(AlarmDesign):\n    answer = c.Response\n"
    )
    spec = load_design(f"{path}:Mine")
    assert issubclass(spec.cls, DESIGNS["alarm"])
    assert spec.cls.answer is contract.Response
    assert "reference_impl" not in sys.modules
    path.write_text("import reference_impl.contrct\n")
    with pytest.raises(DesignError, match=r"No module named 'reference_impl\.contrct'"):
        load_design(f"{path}:Mine")


def test_the_shipped_designs_are_named_with_their_first_line() -> None:
    found = shipped_designs()
    assert list(found) == list(DESIGNS)
    for name, line in found.items():
        assert (DESIGNS[name].__doc__ or "").startswith(line)
        assert line.endswith(".")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Settings = Settings", "", "design Mine needs Settings, a frozen dataclass"),
        ("Settings = Settings", "Settings = dict", "needs Settings, a frozen dataclass"),
        ('stop_call = "halt"', "", "needs stop_call, the name of the method"),
        ('stop_call = "halt"', "stop_call = 7", "needs stop_call, the name of the method"),
        ('stop_call = "halt"', 'stop_call = "end"', "needs an async method end()"),
        ("async def create", "def create", "needs an async method create()"),
        ("async def upload", "async def put", "needs an async method upload()"),
        ("async def alarm", "def alarm", "needs an async method alarm()"),
        ("async def stop_flow", "async def flow_of_stop", "needs an async method stop_flow()"),
    ],
)
def test_a_class_that_lacks_something_is_told_what(
    mine: Path, before: str, after: str, words: str
) -> None:
    assert before in WHOLE
    mine.write_text(WHOLE.replace(before, after))
    error = refused(f"{mine}:Mine")
    assert isinstance(error, DesignError)
    assert words in str(error)


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (
            {"retry_milliseconds": 500},
            "client.retry_milliseconds: unknown key: 'retry_milliseconds'",
        ),
        ({"retry_ms": "500"}, "client.retry_ms: '500'; allowed: a number"),
        (
            {"retry_ms": -500},
            "client.retry_ms: -500; allowed: Input should be greater than or equal",
        ),
        ({"retry_ms": 0.5}, "client.retry_ms: 0.5; allowed: a whole number"),
        ({"retry_ms": True}, "client.retry_ms: True; allowed: a number"),
        ({"chunk_ms": 0}, "client.chunk_ms: 0; allowed: Input should be greater than 0"),
        ({"retry_factor": float("nan")}, "client.retry_factor: nan; allowed: "),
        ({"retry_jitter": -0.1}, "client.retry_jitter: -0.1; allowed: "),
        ({"retries_max": -2}, "client.retries_max: -2; allowed: "),
        (
            {"looks_at_status": 1},
            "client.looks_at_status: 1; allowed: Input should be a valid bool",
        ),
        (
            {"last_chunk": "sometimes"},
            "client.last_chunk: 'sometimes'; allowed: Input should be 'after_stop'",
        ),
        ({7: 7}, "client.7"),
        (["retry_ms"], "client: ['retry_ms']; allowed: "),
        (None, "client; allowed: "),
    ],
)
def test_the_client_of_a_design_is_checked_like_a_scenario(
    mine: Path, client: object, words: str
) -> None:
    nan = "nan = float('nan')\n    "
    mine.write_text(
        WHOLE.replace('stop_call = "halt"', f'stop_call = "halt"\n    {nan}client = {client!r}')
    )
    error = refused(f"{mine}:Mine")
    assert str(error).startswith(f"design Mine: {words}")
    assert "\n" not in str(error)


def test_a_client_of_whole_numbers_is_taken(mine: Path) -> None:
    client = (
        'stop_call = "halt"\n    client = MappingProxyType({"retry_ms": 500, "retry_factor": 2})'
    )
    text = "from types import MappingProxyType\n" + WHOLE.replace('stop_call = "halt"', client)
    mine.write_text(text)
    spec = load_design(f"{mine}:Mine")
    settings = scenario().client.to_settings(spec.cls.client)
    assert (settings.retry_ms, settings.retry_factor) == (500, 2)


def test_whether_a_design_notifies_is_true_or_false(mine: Path) -> None:
    mine.write_text(WHOLE.replace('stop_call = "halt"', 'stop_call = "halt"\n    notifies = "no"'))
    assert str(refused(f"{mine}:Mine")) == "design Mine: notifies: 'no'; allowed: True or False"


@pytest.mark.parametrize("reference", ["mine.py", ":Mine", "mine.py:", "alarms", ""])
def test_a_reference_is_a_shipped_name_or_a_file_with_a_class(
    reference: str, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mine.parent)
    error = refused(reference)
    assert error.field == "--design"
    assert str(error.value) in (reference, "mine.py:")
    allowed = error.allowed
    assert "path/to/file.py:ClassName" in allowed or "a class of mine.py" in allowed
    assert ("nearest known name 'alarm'" in allowed) == (reference == "alarms")


def test_a_file_that_cannot_be_imported_is_told_apart_from_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    text = tmp_path / "mine.txt"
    text.write_text(WHOLE)
    assert refused(f"{text}:Mine").allowed == "a Python file (.py), or TypeScript (.ts)"
    assert refused(f"{tmp_path}:Mine").allowed == "a Python file that exists"
    broken = tmp_path / "broken.py"
    for content, words in (
        ("1 / 0", "raised ZeroDivisionError as it was imported at line 1, in <module>()"),
        ("class", "raised SyntaxError as it was imported"),
    ):
        broken.write_text(content)
        assert words in str(refused(f"{broken}:Mine"))


def test_what_is_no_class_is_told_the_classes_that_there_are(mine: Path) -> None:
    mine.write_text(WHOLE + "\nmine = 5\n")
    assert refused(f"{mine}:mine").allowed == f"a class of {mine}: nearest known name 'Mine'"
    assert refused(f"{mine}:Zzzzz").allowed == f"a class of {mine}: one of Mine, Response, Settings"


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "field", "value", "allowed"),
    [
        ("design.Mine.grace_ms=-1", "design.Mine.grace_ms", -1, "at least 0 ms"),
        ("design.grace_ms=1.5", "design.Mine.grace_ms", 1.5, "a value of type int"),
        ("design.Mine.grace_ms=true", "design.Mine.grace_ms", True, "a value of type int"),
        ("design.Mine.share='x'", "design.Mine.share", "x", "a value of type float"),
        ("design.Mine.share=true", "design.Mine.share", True, "a value of type float"),
        ("design.Mine.name=5", "design.Mine.name", 5, "a value of type str"),
        ("design.Mine.fast=1", "design.Mine.fast", 1, "a value of type bool"),
        ("design.Mine.grase_ms=1", "design.Mine", "grase_ms", "nearest known name 'grace_ms'"),
        ("design.grase_ms=1", "design", "grase_ms", "nearest known name 'grace_ms'"),
        ("design.Mone.grace_ms=1", "design", "Mone", "nearest known name 'Mine'"),
    ],
)
def test_a_setting_is_of_its_type_and_known(
    mine: Path, override: str, field: str, value: object, allowed: str
) -> None:
    error = refused(f"{mine}:Mine", override)
    assert (error.field, error.value, error.allowed) == (field, value, allowed)


def test_zero_ms_is_allowed_and_a_whole_number_is_a_number(mine: Path) -> None:
    loaded = load_design(f"{mine}:Mine", scenario("design.grace_ms=0", "design.Mine.share=-1"))
    assert (loaded.settings.grace_ms, loaded.settings.share) == (0, -1)


def test_settings_that_a_design_refuses_itself_are_the_designs_error(mine: Path) -> None:
    error = refused(f"{mine}:Mine", "design.share=1.5")
    assert isinstance(error, DesignError)
    assert str(error) == "design Mine: its settings are refused: share is above 1"


def test_what_is_said_of_one_design_goes_before_what_is_said_of_all() -> None:
    overrides = {"grace_ms": 1, "poll_ms": 2, "alarm": {"grace_ms": 3}, "manual": {"poll_ms": 4}}
    assert settings_for("alarm", DESIGNS["alarm"], overrides) == {"grace_ms": 3}
    assert settings_for("manual", DESIGNS["manual"], overrides) == {"poll_ms": 4}
    assert settings_for("outbox", DESIGNS["outbox"], overrides) == {"grace_ms": 1}


def test_a_setting_of_a_shipped_design_that_does_not_run_is_no_mistake() -> None:
    specs = load_designs(["alarm"], scenario("design.poll_ms=5", "design.manual.poll_ms=6"))
    assert [dataclasses.asdict(spec.settings) for spec in specs] == [
        {"grace_ms": 5_000, "long_alarm_ms": 600_000}
    ]
    error = refused("alarm", "design.zzzzz=5")
    assert error.allowed.startswith("one of grace_ms, lease_ms, long_alarm_ms, notify_retry_ms, ")


def test_a_file_finds_its_own_neighbours_as_a_script_does(tmp_path: Path) -> None:
    text = WHOLE.replace("Settings = Settings", "Settings = Settings\n    told = WORDS")
    paths = list(sys.path)
    for folder in ("one", "two"):
        (tmp_path / folder / "model").mkdir(parents=True)
        (tmp_path / folder / "model" / "__init__.py").write_text("")
        (tmp_path / folder / "model" / "words.py").write_text(f"WORDS = {folder!r}\n")
        file = tmp_path / folder / "model" / "mine.py"
        file.write_text(f"from model.words import WORDS\n{text}")
        assert load_design(f"{file}:Mine").cls.told == folder
    assert sys.path == paths
    first = load_design(f"{tmp_path}/one/model/mine.py:Mine")
    assert pickle.loads(pickle.dumps(first)).cls.told == "one"
