"""lastchunk: does finalization always wait for every upload, and if not: when, and how often?

Everything the command line does is here too::

    import lastchunk

    scenario = lastchunk.load_scenario("cellular-driving")
    designs = lastchunk.load_designs(["manual", "alarm"], scenario)
    result = lastchunk.compare(scenario, designs, sessions=500, seed=1)
    result.verdicts["alarm"]["complete_at_finalization"]

A name is imported when it is first used: what a proof needs does not wait for what draws figures.
"""

import lastchunk.starting  # noqa: F401, I001 - from here on, an interrupt ends the command quietly
from importlib import import_module
from typing import Any

from lastchunk.model.base.pictures import PAGES, PLOTS

PUBLIC = {
    "lastchunk.model.design.load": ("DesignSpec", "load_design", "load_designs", "shipped_designs"),
    "lastchunk.model.base.errors": ("DesignError", "InputError"),
    "lastchunk.model.estimate.choice.choose": ("SettingsChoice", "choose"),
    "lastchunk.model.estimate.comparison": ("Comparison", "compare"),
    "lastchunk.model.estimate.space": ("Axis", "Space", "grid", "latin_hypercube", "sobol"),
    "lastchunk.model.estimate.sweep": ("REQUEST_DELAY", "UPLINK_SPEED", "sweep"),
    "lastchunk.model.estimate.rare.rate": ("rare_rate",),
    "lastchunk.model.estimate.sweeps.plan_file": ("read_plan",),
    "lastchunk.model.estimate.sweeps.run": ("sweep_plan",),
    "lastchunk.model.estimate.sweeps.sensitivity": ("sensitivity",),
    "lastchunk.model.explore.matrix.matrix": ("Matrix", "matrix"),
    "lastchunk.model.explore.region": ("ExactRegion", "region_of"),
    "lastchunk.model.explore.threshold": ("Threshold", "find_threshold", "safe_region"),
    "lastchunk.model.explore.verify": ("Budget", "Reductions", "Verification", "verify"),
    "lastchunk.model.properties": ("COLUMNS", "SOMETIMES", "PROPERTIES"),
    "lastchunk.model.scenario.load": ("load_scenario", "shipped"),
    "lastchunk.model.scenario.schema": ("Scenario",),
    "lastchunk.model.scenario.settings": ("settings",),
    "lastchunk.model.simulate": ("Run", "record", "replay", "simulate"),
    "lastchunk.model.trace.jsonl": ("read_jsonl", "write_jsonl"),
    "lastchunk.model.simulate.schedule": ("Schedule", "read_schedule", "write_schedule"),
    "lastchunk.model.base.verdict": ("Verdict", "exit_code"),
    "lastchunk.reports.figures.plots": ("plot_sweep",),
    "lastchunk.reports.figures.tornado": ("plot_tornado",),
    "lastchunk.reports.figures.timeline": ("timeline_figure",),
    "lastchunk.reports.matrix.page": ("write_matrix",),
    "lastchunk.reports.matrix.file": ("read_matrix",),
    "lastchunk.reports.review": ("Review", "make_review"),
    "lastchunk.reports.verification": ("write_verification",),
    "lastchunk.reports.write": ("write_report",),
    "lastchunk.version": ("__version__",),
}
"""The public names, by the module that each is in; ``__init__.pyi`` has the same for tools."""
PAGES.update(
    Run=("lastchunk.reports.notebook", "run_html"),
    Comparison=("lastchunk.reports.notebook", "comparison_html"),
    ExactRegion=("lastchunk.reports.region.page", "region_html"),
    Matrix=("lastchunk.reports.matrix.page", "matrix_html"),
    Scenario=("lastchunk.reports.notebook", "scenario_html"),
    SettingsChoice=("lastchunk.reports.choice.page", "choice_html"),
    Verification=("lastchunk.reports.verification", "verification_html"),
)
PLOTS.update(
    Run=("lastchunk.reports.figures.plots", "run_axes"),
    Comparison=("lastchunk.reports.figures.plots", "comparison_axes"),
    SettingsChoice=("lastchunk.reports.choice.draw", "choice_axes"),
)
_WHERE = {name: module for module, names in PUBLIC.items() for name in names}
__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first used."""
    if name not in _WHERE:
        raise AttributeError(f"module 'lastchunk' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_WHERE[name]), name)
    return value


def __dir__() -> list[str]:
    return __all__
