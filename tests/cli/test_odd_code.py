"""Code that throws where it is only looked at, and numbers that Python does not write: one line.

None of it is a failure of the tool, and none ends with the exit code of a verdict.
"""

from __future__ import annotations

import sys
from json import JSONDecoder
from pathlib import Path

import pytest

from lastchunk.cli import main
from lastchunk.cli.ends import code_of
from lastchunk.model.base.errors import InputError, as_written, name_of_class, text_of_error
from lastchunk.model.base.toml_text import toml_value
from lastchunk.model.design.load import import_file

HEAD = """
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Response


class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class Unwritten:
    def __repr__(self):
        raise RuntimeError("no repr")


class Other(BaseException):
    __str__ = Silent.__str__


class NoArgs(Exception):
    @property
    def args(self):
        raise RuntimeError("no args")


class Awaited:
    def __await__(self):
        yield Unwritten()


class Meta(type):
    def __getattribute__(cls, name):
        if name == "Settings":
            raise RuntimeError("of the metaclass")
        return super().__getattribute__(name)


class Unequal(type):
    def __eq__(cls, other):
        raise RuntimeError("of the metaclass")

    __hash__ = __eq__


class Getter:
    def __get__(self, instance, owner):
        raise RuntimeError("of the getter")

"""
ALARM = "class Mine(AlarmDesign):\n    async def alarm(self):\n        {}\n"
CREATE = "class Mine(AlarmDesign):\n    async def create(self):\n        {}\n"
LONG = "10**5000"
THROWS = (
    "raise Silent()",
    "raise NoArgs()",
    f"raise ValueError({LONG})",
    f"str({LONG})",
)
"""A handler that throws so is answered 500, and the session goes on."""
REFUSED: dict[str, tuple[str, str]] = {
    # the class: what is said of it
    "key": (ALARM.format("await self.ctx.storage.put(Unwritten(), 1)"), "of Unwritten, which"),
    "read": (ALARM.format("await self.ctx.storage.get(Unwritten())"), "of Unwritten, which cannot"),
    "long key": (ALARM.format(f"await self.ctx.storage.put({LONG}, 1)"), "number of 16,610 bits"),
    "long time": (
        ALARM.format(f"await self.ctx.storage.set_alarm(self.ctx.now() + {LONG})"),
        "set the alarm to a whole number of 16,610 bits",
    ),
    "answer": (CREATE.format("return Unwritten()"), "returned an object of Unwritten, which"),
    "status": (CREATE.format(f"return Response({LONG})"), "returned an object of Response, which"),
    "awaited": (ALARM.format("await Awaited()"), "something unknown at line"),
    "other": (ALARM.format("raise Other()"), "Mine raised Other at line"),
    "metaclass": ("class Mine(AlarmDesign, metaclass=Meta): ...", "RuntimeError at line"),
    "unequal": ("class Mine(AlarmDesign, metaclass=Unequal): ...", "RuntimeError at line"),
    "getter": ("class Mine(AlarmDesign):\n    alarm = Getter()", "in __get__() of mine.py: of the"),
    "client": (
        "class Mine(AlarmDesign):\n    client = Getter()",
        "in __get__() of mine.py: of the",
    ),
}
KEPT = """
class Mine(AlarmDesign):
    def __init__(self, ctx, settings):
        super().__init__(ctx, settings)
        self.long = 10**5000
"""


def ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[object, str]:
    """The exit code of a command, and what it says of a fault."""
    monkeypatch.setattr(sys, "argv", ["lastchunk", *map(str, words)])
    capsys.readouterr()
    with pytest.raises(SystemExit) as found:
        main()
    return found.value.code or 0, capsys.readouterr().err


def design(folder: Path, text: str) -> str:
    (folder / "mine.py").write_text(HEAD + text, encoding="utf-8")
    return f"{folder / 'mine.py'}:Mine"


@pytest.mark.parametrize("what", THROWS)
def test_what_a_handler_throws_is_answered_500(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = design(tmp_path, ALARM.format(what))
    command = ("simulate", "everything-fast", "--design", mine)
    assert ended(monkeypatch, capsys, *command) == (0, "")
    small = ("verify", "small-scope", "--set", "chunks=1", "--property", "nothing_lost")
    assert ended(monkeypatch, capsys, *small, "--design", mine)[0] in (0, 1)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, words = REFUSED[name]
    command = ("simulate", "everything-fast", "--design", design(tmp_path, text))
    code, said = ended(monkeypatch, capsys, *command)
    assert code == 2, said
    assert said.count("\n") == 1
    assert words in said


def test_a_number_that_code_keeps_and_python_does_not_write_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = design(tmp_path, KEPT)
    code, said = ended(monkeypatch, capsys, "verify", "small-scope", "--design", mine)
    assert code == 2
    assert "a whole number of more than 4,300 digits" in said


LONG_NUMBERS = {
    # a command: the field that its line must name
    "simulate everything-fast --set network.request_delay_ms={}": "--set network.request_delay_ms",
    "simulate everything-fast --set chunks.{}=1": "--set",
    "choose --free grace_ms=1..{} --scenario small-scope --require nothing_lost": "--free",
    "region --x design.grace_ms --y client.retry_ms --x-values {}": "--x-values",
    "region --x design.grace_ms --y client.chunk_ms --y-range 1..{}": "--y-range",
    "sweep {d}/plan.toml --out {d}/o --shard 1/{}": "--shard",
    "sweep {d}/plan.toml --out {d}/o": "a whole number of 20,000 bits",
    "simulate {d}/scenario.toml": "network.request_delay_ms",
    "ci {d}/gate.toml": "checks.0.set",
    "check-log {d}/time.har": "time.har, line 1",
}
FILES = {
    "plan.toml": 'scenarios = ["everything-fast"]\ndesigns = ["alarm"]\nsessions = 3\n'
    '[axes]\n"design.grace_ms" = [{}]\n',
    "scenario.toml": "[network]\nrequest_delay_ms = {}\n",
    "gate.toml": '[[checks]]\ndesigns = ["alarm"]\nscenarios = ["small-scope"]\n'
    'properties = ["nothing_lost"]\nby = ["proof"]\nset = {{ "chunks" = {} }}\n',
}
HAR = (
    '{"log":{"entries":[{"startedDateTime":"2026-11-27T10:00:00Z","time":%s,"request":'
    '{"method":"POST","url":"https://x/upload/a/0"},"response":{"status":200}}]}}'
)


@pytest.mark.parametrize("command", LONG_NUMBERS)
def test_a_number_of_five_thousand_digits_is_named(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, text in FILES.items():  # as hexadecimal it is read, and as decimal it is not
        (tmp_path / name).write_text(text.format("0x" + "9" * 5_000), encoding="utf-8")
    (tmp_path / "time.har").write_text(HAR % ("9" * 5_000), encoding="utf-8")
    typed = command.replace("{d}", str(tmp_path)).replace("{}", "9" * 5_000)
    code, said = ended(monkeypatch, capsys, *typed.split())
    assert code == 2, said
    assert said.count("\n") == 1
    assert LONG_NUMBERS[command] in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("shown", ["{s}", "{s!r}", "{[s]}"])
def test_a_property_does_not_show_where_its_state_lies_in_memory(
    shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "from lastchunk.properties import always\n\n\ndef f(s):\n    return f'%s' != ''\n\n\n"
    (tmp_path / "own.py").write_text(text % shown + "a = always(f)\n", encoding="utf-8")
    command = ("simulate", "everything-fast", "--properties", tmp_path / "own.py")
    code, said = ended(monkeypatch, capsys, *command)
    assert code == 2
    assert "'as a text'; allowed: its names, such as state.missing" in said


def test_what_nobody_foresaw_is_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "given.py").write_text(HEAD + "\n\ndef throw():\n    raise Silent\n")
    given = import_file(tmp_path / "given.py")
    assert code_of(given.throw) == 2
    assert "code that was given raised Silent at line" in capsys.readouterr().err
    assert code_of(lambda: JSONDecoder().decode("9" * 5_000)) == 2
    assert "a whole number of too many digits" in capsys.readouterr().err


def test_a_value_is_written_whatever_its_class_says() -> None:
    class Meta(type):
        def __repr__(cls) -> str:
            raise RuntimeError("no repr")

    class Named(metaclass=Meta):
        def __repr__(self) -> str:
            raise RuntimeError("no repr")

    assert as_written([1, "a"]) == "[1, 'a']"
    assert as_written(Named()) == "an object of Named, which cannot be written"
    assert as_written(10**5_000) == "a whole number of 16,610 bits"
    assert as_written([10**5_000]) == "an object of list, which cannot be written"
    assert text_of_error(ValueError(10**5_000)) == "its text cannot be had (ValueError)"
    assert name_of_class(Named) == "Named"
    assert str(InputError("a", Named())) == "a: an object of Named, which cannot be written"
    with pytest.raises(InputError, match="a whole number of at most"):
        toml_value(10**5_000)
