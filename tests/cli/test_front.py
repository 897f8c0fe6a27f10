"""What stands on the front of a report is checked before anything is run."""

from __future__ import annotations

import os

import pytest

from lastchunk.cli import main
from lastchunk.cli.app import check_epoch
from lastchunk.cli.front import front_of
from lastchunk.model.base.errors import InputError

GIVEN = {"title": "", "author": "", "question": "", "date": "", "audience": "review"}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("date", "tomorrow", "--date: 'tomorrow'; allowed: a day, such as 2026-01-31"),
        ("date", "2026-02-30", "--date: '2026-02-30'; allowed: a day"),
        ("audience", "nobody", "--audience: 'nobody'; allowed: one of "),
    ],
)
def test_what_is_wrong_on_the_front_is_refused(key: str, value: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        front_of(**GIVEN | {key: value})
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("date", "epoch", "shown"),
    [
        ("2026-01-31", "", "2026-01-31"),
        ("", "86400", "1970-01-02"),
        ("2026-01-31", "86400", "2026-01-31"),
        ("", "", ""),
    ],
)
def test_the_date_is_given_or_that_of_the_sources(
    date: str, epoch: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert front_of(**GIVEN | {"date": date}).date == shown


def test_an_epoch_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH: 'soon'; allowed: whole seconds"):
        front_of(**GIVEN)


@pytest.mark.parametrize("epoch", ["abc", "1e9", "-1", "1_000", "99999999999999999999", "\uff12"])
def test_an_epoch_that_no_figure_could_take_is_refused_at_once(
    epoch: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    monkeypatch.setattr("sys.argv", ["lastchunk", "scenarios"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"SOURCE_DATE_EPOCH: '{epoch}'; allowed: whole seconds" in capsys.readouterr().err


def test_an_empty_epoch_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    check_epoch()
    assert "SOURCE_DATE_EPOCH" not in os.environ
