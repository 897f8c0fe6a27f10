"""The public names, for type checkers and editors; held against `__init__` by a test."""

from lastchunk.model.base.errors import (
    DesignError as DesignError,
)
from lastchunk.model.base.errors import (
    InputError as InputError,
)
from lastchunk.model.base.verdict import (
    Verdict as Verdict,
)
from lastchunk.model.base.verdict import (
    exit_code as exit_code,
)
from lastchunk.model.design.load import (
    DesignSpec as DesignSpec,
)
from lastchunk.model.design.load import (
    load_design as load_design,
)
from lastchunk.model.design.load import (
    load_designs as load_designs,
)
from lastchunk.model.design.load import (
    shipped_designs as shipped_designs,
)
from lastchunk.model.estimate.choice.choose import (
    SettingsChoice as SettingsChoice,
)
from lastchunk.model.estimate.choice.choose import (
    choose as choose,
)
from lastchunk.model.estimate.comparison import (
    Comparison as Comparison,
)
from lastchunk.model.estimate.comparison import (
    compare as compare,
)
from lastchunk.model.estimate.rare.rate import (
    rare_rate as rare_rate,
)
from lastchunk.model.estimate.space import (
    Axis as Axis,
)
from lastchunk.model.estimate.space import (
    Space as Space,
)
from lastchunk.model.estimate.space import (
    grid as grid,
)
from lastchunk.model.estimate.space import (
    latin_hypercube as latin_hypercube,
)
from lastchunk.model.estimate.space import (
    sobol as sobol,
)
from lastchunk.model.estimate.sweep import (
    REQUEST_DELAY as REQUEST_DELAY,
)
from lastchunk.model.estimate.sweep import (
    UPLINK_SPEED as UPLINK_SPEED,
)
from lastchunk.model.estimate.sweep import (
    sweep as sweep,
)
from lastchunk.model.estimate.sweeps.plan_file import (
    read_plan as read_plan,
)
from lastchunk.model.estimate.sweeps.run import (
    sweep_plan as sweep_plan,
)
from lastchunk.model.estimate.sweeps.sensitivity import (
    sensitivity as sensitivity,
)
from lastchunk.model.explore.matrix.matrix import (
    Matrix as Matrix,
)
from lastchunk.model.explore.matrix.matrix import (
    matrix as matrix,
)
from lastchunk.model.explore.region import (
    ExactRegion as ExactRegion,
)
from lastchunk.model.explore.region import (
    region_of as region_of,
)
from lastchunk.model.explore.threshold import (
    Threshold as Threshold,
)
from lastchunk.model.explore.threshold import (
    find_threshold as find_threshold,
)
from lastchunk.model.explore.threshold import (
    safe_region as safe_region,
)
from lastchunk.model.explore.verify import (
    Budget as Budget,
)
from lastchunk.model.explore.verify import (
    Reductions as Reductions,
)
from lastchunk.model.explore.verify import (
    Verification as Verification,
)
from lastchunk.model.explore.verify import (
    verify as verify,
)
from lastchunk.model.properties import (
    COLUMNS as COLUMNS,
)
from lastchunk.model.properties import (
    PROPERTIES as PROPERTIES,
)
from lastchunk.model.properties import (
    SOMETIMES as SOMETIMES,
)
from lastchunk.model.scenario.load import (
    load_scenario as load_scenario,
)
from lastchunk.model.scenario.load import (
    shipped as shipped,
)
from lastchunk.model.scenario.schema import Scenario as Scenario
from lastchunk.model.scenario.settings import settings as settings
from lastchunk.model.simulate import (
    Run as Run,
)
from lastchunk.model.simulate import (
    record as record,
)
from lastchunk.model.simulate import (
    replay as replay,
)
from lastchunk.model.simulate import (
    simulate as simulate,
)
from lastchunk.model.simulate.schedule import (
    Schedule as Schedule,
)
from lastchunk.model.simulate.schedule import (
    read_schedule as read_schedule,
)
from lastchunk.model.simulate.schedule import (
    write_schedule as write_schedule,
)
from lastchunk.model.trace.jsonl import (
    read_jsonl as read_jsonl,
)
from lastchunk.model.trace.jsonl import (
    write_jsonl as write_jsonl,
)
from lastchunk.reports.figures.plots import plot_sweep as plot_sweep
from lastchunk.reports.figures.timeline import timeline_figure as timeline_figure
from lastchunk.reports.figures.tornado import (
    plot_tornado as plot_tornado,
)
from lastchunk.reports.matrix.file import read_matrix as read_matrix
from lastchunk.reports.matrix.page import write_matrix as write_matrix
from lastchunk.reports.review import (
    Review as Review,
)
from lastchunk.reports.review import (
    make_review as make_review,
)
from lastchunk.reports.verification import write_verification as write_verification
from lastchunk.reports.write import write_report as write_report
from lastchunk.version import __version__ as __version__
