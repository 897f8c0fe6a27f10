"""lastchunk: does finalization always wait for every upload, and if not: when, and how often?

Everything the command line does is here too::

    import lastchunk

    scenario = lastchunk.load_scenario("cellular-driving")
    designs = lastchunk.load_designs(["manual", "alarm"], scenario)
    result = lastchunk.compare(scenario, designs, sessions=500, seed=1)
    result.verdicts["alarm"]["complete_at_finalization"]
"""

import lastchunk.starting  # noqa: F401 - from here on, an interrupt ends the command quietly
from lastchunk.model.design import DesignSpec, load_design, load_designs, shipped_designs
from lastchunk.model.errors import DesignError, InputError
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.sweep import REQUEST_DELAY, UPLINK_SPEED, Axis, sweep
from lastchunk.model.explore.matrix import Matrix, matrix
from lastchunk.model.explore.threshold import Threshold, find_threshold, safe_region
from lastchunk.model.explore.verify import Budget, Switches, Verification, verify
from lastchunk.model.properties import GUARDS, PROPERTIES
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, record, replay, simulate
from lastchunk.model.trace.jsonl import read_jsonl, write_jsonl
from lastchunk.model.trace.schedule import Schedule, read_schedule, write_schedule
from lastchunk.model.verdict import Verdict, exit_code
from lastchunk.reports.figures.timeline import timeline_figure
from lastchunk.reports.matrix import matrix_html, write_matrix
from lastchunk.reports.matrix_file import read_matrix
from lastchunk.reports.notebook import comparison_html, run_html
from lastchunk.reports.review import Review, make_review
from lastchunk.reports.verification import verification_html, write_verification
from lastchunk.reports.write import write_report
from lastchunk.version import __version__

# Results live on floors below the figures, so their pictures are hung on them here.
Run._repr_html_ = run_html  # type: ignore[attr-defined]
Comparison._repr_html_ = comparison_html  # type: ignore[attr-defined]
Matrix._repr_html_ = matrix_html  # type: ignore[attr-defined]
Verification._repr_html_ = verification_html  # type: ignore[attr-defined]

__all__ = [
    "GUARDS",
    "PROPERTIES",
    "REQUEST_DELAY",
    "UPLINK_SPEED",
    "Axis",
    "Budget",
    "Comparison",
    "DesignError",
    "DesignSpec",
    "InputError",
    "Matrix",
    "Review",
    "Run",
    "Scenario",
    "Schedule",
    "Switches",
    "Threshold",
    "Verdict",
    "Verification",
    "__version__",
    "compare",
    "exit_code",
    "find_threshold",
    "load_design",
    "load_designs",
    "load_scenario",
    "make_review",
    "matrix",
    "read_jsonl",
    "read_matrix",
    "read_schedule",
    "record",
    "replay",
    "safe_region",
    "shipped",
    "shipped_designs",
    "simulate",
    "sweep",
    "timeline_figure",
    "verify",
    "write_jsonl",
    "write_matrix",
    "write_report",
    "write_schedule",
    "write_verification",
]
