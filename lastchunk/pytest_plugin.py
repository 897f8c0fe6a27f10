"""The pytest plugin: the fixture ``lastchunk``, its marker, and what a failure says.

It is loaded wherever pytest is run beside an installed lastchunk, so it imports nothing else until
a test asks for the fixture::

    def test_no_chunk_is_left_behind(lastchunk):
        verdict = lastchunk.verify(design=MyDesign, properties="complete_at_finalization")
        assert verdict.holds
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lastchunk.gate.holder import Holder
    from lastchunk.gate.kept import Kept

NUMBERS = {
    "sessions": (int, "Sessions of each sampling (200)."),
    "seed": (int, "The seed of all sampling (1)."),
    "seconds": (float, "The budget of each proof in seconds (120)."),
    "workers": (int, "Worker processes of each sampling (1)."),
}
REPLAY = "--lastchunk-replay"
MARKER = (
    "lastchunk(scenario=..., sessions=..., seed=..., seconds=..., workers=...): "
    "what the fixture lastchunk looks at in this test"
)
_HOLDER: pytest.StashKey[Holder] = pytest.StashKey()
_ONLY: pytest.StashKey[Kept] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that say how much is looked at, and which schedule is to be seen again."""
    group = parser.getgroup("lastchunk", "designs held to properties")
    for name, (kind, words) in NUMBERS.items():
        group.addoption(f"--lastchunk-{name}", type=kind, default=None, help=words)
    group.addoption(
        REPLAY, metavar="TOKEN", default=None, help="Replay this failed schedule alone."
    )
    help_folder = "Where failed schedules are kept (.lastchunk beside the project's settings)."
    group.addoption("--lastchunk-folder", metavar="DIR", default=None, help=help_folder)


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the marker; find the schedule that is to be replayed, so that a typo is told now."""
    config.addinivalue_line("markers", MARKER)
    token = config.getoption(REPLAY)
    if token is not None:
        from lastchunk.gate.kept import KeptSchedules
        from lastchunk.model.base.errors import InputError

        try:
            config.stash[_ONLY] = KeptSchedules(folder_of(config)).find(token)
        except InputError as error:
            raise pytest.UsageError(f"{REPLAY}: {error}") from error


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of all tests leave the one that found the schedule to be replayed."""
    only = config.stash.get(_ONLY, None)
    if only is None:
        return
    mine = [item for item in items if item.nodeid == only.test]
    if not mine:
        raise pytest.UsageError(
            f"{REPLAY}: {only.token} was found by {only.test}, which is not run"
        )
    config.hook.pytest_deselected(items=[item for item in items if item not in mine])
    items[:] = mine


@pytest.fixture(name="lastchunk")
def held_by_lastchunk(request: pytest.FixtureRequest) -> Holder:
    """Holds designs to properties: `verify` by proof, `sample` by sampling, `hold` by both."""
    from lastchunk.gate.holder import Holder, HoldSettings
    from lastchunk.gate.kept import KeptSchedules

    settings = HoldSettings()
    for marker in reversed(list(request.node.iter_markers("lastchunk"))):
        settings = settings.changed(marker.kwargs, "@pytest.mark.lastchunk")
    given = {name: request.config.getoption(f"--lastchunk-{name}") for name in NUMBERS}
    given = {name: value for name, value in given.items() if value is not None}
    settings = settings.changed(given, "--lastchunk options")
    kept = KeptSchedules(folder_of(request.config))
    only = request.config.stash.get(_ONLY, None)
    holder = Holder(settings, kept, request.node.nodeid, only, "pytest")
    request.node.stash[_HOLDER] = holder
    return holder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Beside a test that failed stands what its designs did."""
    report = yield
    holder = item.stash.get(_HOLDER, None)
    if holder is not None and call.when == "call" and report.failed:
        for held in holder.asked:
            for failure in held.failures:
                title = f"lastchunk: {failure.item.slug}, {failure.kind}"
                report.sections.append((title, failure.text()))
    return report


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say of what was held, when it is compared, what it is in words."""
    for side in (left, right):
        if type(side).__module__ == "lastchunk.gate.held":
            return [f"{left!r} {op} {right!r}"]
    return None


def folder_of(config: pytest.Config) -> Path:
    """The folder of failed schedules."""
    from lastchunk.gate.kept import KEPT_FOLDER

    given = config.getoption("--lastchunk-folder")
    folder = Path(given) if given is not None else Path(config.rootpath) / KEPT_FOLDER
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
