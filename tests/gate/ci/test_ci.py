"""`lastchunk ci`, as a project uses it: a file of checks, its lines, its reports, its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli.app import app
from lastchunk.cli.ends import code_of
from lastchunk.model.properties import Violation

DOCUMENT = Path(__file__).parents[3] / "docs" / "ci.md"
SLUG = "complete_at_finalization"
CHECK = """
[[checks]]
designs = ["{design}"]
scenarios = ["{scenario}"]
properties = ["complete_at_finalization"]
by = ["{by}"]
"""
UNNAMED = '{ design = "lazy-alarm", label = "" }'
OWN = """
from lastchunk.properties import never, state

no_end = never(state.is_completed, meaning="No session is completed.")
"""


class Ran:
    """A run of the command: its exit code and its lines."""

    def __init__(self, *words: str) -> None:
        result = CliRunner().invoke(app, ["ci", *words, "--workers", "1"])
        self.lines = result.output.splitlines()
        self.error = result.exception
        self.code = code_of(self._again) if isinstance(self.error, Exception) else result.exit_code

    def _again(self) -> None:
        assert self.error is not None
        raise self.error


def ran(folder: Path, text: str, *words: str) -> Ran:
    """The command on a file of checks in a folder."""
    file = folder / "lastchunk.toml"
    file.write_text(text, encoding="utf-8")
    return Ran(str(file), *words)


def check(design: str = "lazy-alarm", scenario: str = "default-scope", by: str = "proof") -> str:
    """A file's check of one property."""
    return CHECK.format(design=design, scenario=scenario, by=by)


def test_the_document_s_file_holds_and_its_lines_are_as_it_says(tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    (config,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    found = ran(tmp_path, config)
    assert (found.code, len(found.lines)) == (0, 6)
    assert found.lines[-1] == "5 checks: 5 hold"
    for line in re.findall(r"^ok .*(?= \.\.\.$)", text, re.MULTILINE):
        assert any(item.startswith(line) for item in found.lines), line
    assert not (tmp_path / ".lastchunk").exists()


def test_a_violation_counts_more_than_an_unknown(tmp_path: Path) -> None:
    slug = "finalizes_promptly"
    verdict = lastchunk.compare("lossy-mobile", "alarm", 30).verdicts["alarm"][slug]
    share = (verdict.low + verdict.high) / 2
    text = "sessions = 30\n" + check("alarm", "lossy-mobile", "sampling").replace(SLUG, slug)
    text += f"at_most = {share}\n"
    found = ran(tmp_path, text)
    assert found.code == 3
    assert found.lines[0].startswith(f"?    {slug}: alarm in lossy-mobile by sampling: unknown, ")
    both = ran(tmp_path, text + check("alarm"))
    assert (both.code, both.lines[-1]) == (1, "2 checks: 0 hold, 1 violated, 1 unknown")


def test_a_failure_s_command_shows_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lastchunk.toml").write_text(check("alarm"), encoding="utf-8")
    (line, last) = Ran("lastchunk.toml", "--quiet").lines
    (path,) = re.findall(r"to see it again: lastchunk replay (\S+)$", line)
    run = lastchunk.replay(lastchunk.read_schedule(Path(path)))
    assert isinstance(run.check(lastchunk.PROPERTIES[SLUG])[SLUG], Violation)
    assert last == "1 check: 0 hold, 1 violated"


@pytest.mark.parametrize(
    ("place", "code", "kind"),
    [(0.0, 1, "violated"), (0.5, 1, "violated"), (1.5, 3, "unknown"), (2.5, 0, "held")],
)
def test_the_interval_decides_on_a_share(
    tmp_path: Path, place: float, code: int, kind: str
) -> None:
    slug = "finalizes_promptly"
    verdict = lastchunk.compare("lossy-mobile", "alarm", 60, seed=3).verdicts["alarm"][slug]
    ends = (0.0, verdict.low, verdict.high, 1.0)
    assert sorted(set(ends)) == list(ends)
    before = int(place)  # halfway between two of the ends
    at_most = (ends[before] + ends[before + 1]) / 2 if place else 0.0
    text = "sessions = 60\nseed = 3\n" + check("alarm", "lossy-mobile", "sampling")
    out = tmp_path / "ci.json"
    words = f"{text.replace(SLUG, slug)}at_most = {at_most}\n"
    found = ran(tmp_path, words, "--json", str(out))
    (told,) = json.loads(out.read_text(encoding="utf-8"))["checks"]
    assert (found.code, told["verdict"], told["holds"]) == (code, kind, code == 0)
    assert (told["violations"], told["sessions"]) == (verdict.violations, verdict.sessions)
    assert (told["low"], told["high"]) == (verdict.low, verdict.high)


def test_the_reports_agree_and_are_the_same_bytes_again(tmp_path: Path) -> None:
    text = "sessions = 30\n" + check("alarm") + check(by="sampling", scenario="lossy-mobile")
    files = [tmp_path / name for name in ("a.json", "a.xml", "b.json", "b.xml")]
    for first, second in (files[:2], files[2:]):
        ran(tmp_path, text, "--json", str(first), "--junit", str(second))
    assert files[0].read_bytes() == files[2].read_bytes()
    assert files[1].read_bytes() == files[3].read_bytes()
    told = json.loads(files[0].read_text(encoding="utf-8"))
    suite = ElementTree.parse(files[1]).getroot()
    assert suite.attrib == {"tests": "2", "failures": "1", "errors": "0"}
    cases = suite.findall("./testsuite/testcase")
    assert [case.find("failure") is None for case in cases] == [
        item["holds"] for item in told["checks"]
    ]
    failure = cases[0].find("failure")
    assert failure is not None
    assert "completed without chunk 1" in str(failure.text)
    assert told["exit_code"] == 1


def test_own_designs_and_properties_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from lastchunk.reference_impl.alarm import AlarmDesign\n\nclass Mine(AlarmDesign):\n"
        '    """Mine."""\n',
        encoding="utf-8",
    )
    (tmp_path / "asked.py").write_text(OWN, encoding="utf-8")
    text = check("mine.py:Mine", "small-scope").replace(SLUG, "asked.py:no_end")
    found = ran(tmp_path, text)
    assert found.code == 1
    assert found.lines[0].startswith("FAIL no_end: Mine in small-scope by proof: violated")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least one setting; this file has none"),
        ("seed = 1", "checks: 'missing'; allowed: a value; it has no default"),
        ("checks = []", "checks: []; allowed: List should have at least 1 item"),
        (check() + "bye = 1", "checks.0.bye: unknown key: 'bye'"),
        (check(by="luck"), "checks.0.by.0: 'luck'; allowed: Input should be 'proof' or 'sampling'"),
        (check("alrm"), "checks.0.designs: 'alrm'; allowed: "),
        (check(scenario="lossy"), "checks.0.scenarios: 'lossy'; allowed: a TOML file, or "),
        (check().replace(SLUG, "complete"), "checks.0.properties: property: 'complete'"),
        (check() + "at_most = 0.1", 'at_most: 0.1; allowed: a share only where by has "sampling"'),
        (check(by="sampling") + "at_most = 1.0", "at_most: 1.0; allowed: 1 only beside a baseline"),
        (check() + 'sessions = "9"', "checks.0.sessions: '9'; allowed: a whole number"),
        (check() + check(), "allowed: each check once, or a name that tells them apart"),
        (check() + "set = { grace = 1 }", "checks.0.set"),
        (check() + 'set = { "design.grace_ms" = 1 }', "checks.0.set: 'design.grace_ms'; allowed: "),
        (check().replace('"lazy-alarm"', UNNAMED), "checks.0.designs.0.label: ''; allowed: "),
        ("checks", "config: "),
        (
            check().replace('["proof"]', '["proof", "proof"]'),
            "checks.0.by: 'proof'; allowed: each once",
        ),
        (
            check().replace(f'["{SLUG}"]', f'["{SLUG}", "{SLUG}"]'),
            f"checks.0.properties: '{SLUG}'; allowed: each once",
        ),
        (
            'baseline = "base.json"\n' + check(),
            "lastchunk.toml: baseline: 'base.json'; allowed: a file only where by of a check has",
        ),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_run(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ci.json"
    found = ran(tmp_path, text, "--json", str(out))
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line, line
    assert (found.code, found.lines, out.exists()) == (2, [], False)


def test_a_report_that_cannot_be_written_is_told_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ran(tmp_path, check(), "--junit", str(tmp_path / "no" / "ci.xml"))
    assert (found.code, found.lines) == (2, [])
    assert capsys.readouterr().err.startswith("lastchunk: --junit: ")
