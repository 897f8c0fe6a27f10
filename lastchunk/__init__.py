"""lastchunk: does finalization always wait for every upload, and if not: when, and how often?

Everything the command line does is here too::

    import lastchunk

    scenario = lastchunk.load_scenario("cellular-driving")
    designs = lastchunk.load_designs(["manual", "alarm"], scenario)
    result = lastchunk.compare(scenario, designs, sessions=500, seed=1)
    result.verdicts["alarm"]["complete_at_finalization"]
"""

import lastchunk.starting  # noqa: F401 - from here on, an interrupt ends the command quietly
from lastchunk.version import __version__
from model.design import DesignSpec, load_design, load_designs, shipped_designs
from model.errors import DesignError, InputError
from model.estimate.comparison import Comparison, compare
from model.estimate.sweep import REQUEST_DELAY, UPLINK_SPEED, Axis, sweep
from model.explore.matrix import Matrix, matrix
from model.explore.threshold import Threshold, find_threshold, safe_region
from model.explore.verify import Budget, Switches, Verification, verify
from model.properties import GUARDS, PROPERTIES
from model.scenario.load import load_scenario, shipped
from model.scenario.schema import Scenario
from model.simulate import Run, record, replay, simulate
from model.trace.jsonl import read_jsonl, write_jsonl
from model.trace.schedule import Schedule, read_schedule, write_schedule
from model.verdict import Verdict, exit_code
from reports.figures.timeline import timeline_figure
from reports.matrix import matrix_html, write_matrix
from reports.matrix_file import read_matrix
from reports.notebook import comparison_html, run_html
from reports.review import Review, make_review
from reports.verification import verification_html, write_verification
from reports.write import write_report

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
