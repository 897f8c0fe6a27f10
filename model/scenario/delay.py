"""Delays as distributions: each has a quantile function in whole milliseconds, and a support.

A scheduler that samples calls ``quantile`` with a number from a random stream; inversion keeps two
designs on common random numbers comparable. A scheduler that explores reads ``low_ms`` and
``high_ms``, the bounds that no draw leaves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    field_validator,
    model_validator,
)

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.text_files import explained, read_text

_NORMAL = NormalDist()
MS_MAX = 10**12
"""About 32 years: more is no time that a session can meet."""


def number(value: Any) -> Any:
    """Refuse what is no number and would be taken for one: a text, a truth value."""
    if isinstance(value, bool | str):
        raise ValueError(f"a number{unit_hint(value)}")
    return value


class Model(BaseModel):
    """A frozen piece of a scenario that refuses keys it does not know.

    The check of a class is built when it is first needed, which is that of the whole scenario
    alone for most commands. So a default is constructed without a check.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


Ms = Annotated[int, BeforeValidator(number), Field(ge=0, le=MS_MAX)]
"""A time or a duration."""
PositiveMs = Annotated[int, BeforeValidator(number), Field(gt=0, le=MS_MAX)]
SignedMs = Annotated[int, BeforeValidator(number), Field(ge=-MS_MAX, le=MS_MAX)]
MeanMs = Annotated[float, BeforeValidator(number), Field(gt=0, le=MS_MAX)]


class Constant(Model):
    """Always ``value_ms``."""

    distribution: Literal["constant"] = "constant"
    value_ms: Ms
    """The delay."""

    def quantile(self, u: float) -> int:
        """The one value there is."""
        return self.value_ms

    @property
    def low_ms(self) -> int:
        """The least delay."""
        return self.value_ms

    @property
    def high_ms(self) -> int | None:
        """The greatest delay."""
        return self.value_ms

    @property
    def mean_ms(self) -> float:
        """The expected delay."""
        return float(self.value_ms)


class Uniform(Model):
    """Whole milliseconds from ``low_ms`` to ``high_ms``, both included, each as likely."""

    distribution: Literal["uniform"]
    low_ms: Ms
    """The least delay."""
    high_ms: Ms
    """The greatest delay."""

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.high_ms < self.low_ms:
            raise ValueError(f"high_ms {self.high_ms} is below low_ms {self.low_ms}")
        return self

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies."""
        return self.low_ms + int(u * (self.high_ms - self.low_ms + 1))

    @property
    def mean_ms(self) -> float:
        """The expected delay."""
        return (self.low_ms + self.high_ms) / 2


class Exponential(Model):
    """``low_ms`` plus an exponential wait whose mean is ``mean_ms``."""

    distribution: Literal["exponential"]
    mean_ms: MeanMs
    """The mean of the wait, ``low_ms`` left out."""
    low_ms: Ms = 0
    """The least delay."""
    high_ms: None = None

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies, rounded."""
        return self.low_ms + round(-self.mean_ms * math.log1p(-u))


class Lognormal(Model):
    """``low_ms`` plus the exponential of a normal, half of whose draws lie below ``median_ms``."""

    distribution: Literal["lognormal"]
    median_ms: MeanMs
    """Half the draws lie below, ``low_ms`` left out."""
    sigma: Annotated[PositiveFloat, Field(le=10)]
    """The standard deviation of the logarithm."""
    low_ms: Ms = 0
    """The least delay, which comes on top."""
    high_ms: None = None

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies, rounded."""
        return self.low_ms + round(self.median_ms * lognormal_factor(u, self.sigma))

    @property
    def mean_ms(self) -> float:
        """The expected delay."""
        return self.low_ms + self.median_ms * math.exp(self.sigma**2 / 2)


def lognormal_factor(u: float, sigma: float) -> float:
    """The exponential of a normal with a median of 1: its value at a share ``u``."""
    return math.exp(sigma * _NORMAL.inv_cdf(u))


class Gamma(Model):
    """``low_ms`` plus a gamma distribution by its mean and its shape."""

    distribution: Literal["gamma"]
    mean_ms: MeanMs
    """The mean, ``low_ms`` left out."""
    shape: Annotated[PositiveFloat, Field(ge=0.01, le=10**6)]
    """The smaller, the wilder; 1 is an exponential."""
    low_ms: Ms = 0
    """The least delay, which comes on top."""
    high_ms: None = None

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies, rounded."""
        from scipy.special import gammaincinv  # slow to import, and seldom needed

        wait_ms = float(gammaincinv(self.shape, u)) * self.mean_ms / self.shape
        return self.low_ms + round(wait_ms)


class Weibull(Model):
    """``low_ms`` plus a Weibull distribution by its scale and its shape."""

    distribution: Literal["weibull"]
    scale_ms: MeanMs
    """About 63 of 100 draws lie below, ``low_ms`` left out."""
    shape: Annotated[PositiveFloat, Field(ge=0.05, le=1_000)]
    """Below 1 the tail is long; 1 is an exponential."""
    low_ms: Ms = 0
    """The least delay, which comes on top."""
    high_ms: None = None

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies, rounded."""
        return self.low_ms + round(self.scale_ms * math.pow(-math.log1p(-u), 1 / self.shape))

    @property
    def mean_ms(self) -> float:
        """The expected delay."""
        return self.low_ms + self.scale_ms * math.gamma(1 + 1 / self.shape)


class Empirical(Model):
    """Delays as measured: a CSV file with one column of milliseconds, each row as likely.

    A first line that is not a number is taken as a heading. Any other bad line is refused by its
    number.
    """

    distribution: Literal["empirical"]
    file: Path | None = None
    """A CSV file with one delay in ms a line; relative to the scenario's own folder."""
    values_ms: tuple[Annotated[int, Field(strict=True, ge=0, le=MS_MAX)], ...] = ()
    """The delays in ms, in place of the file: one of the two is needed."""

    @model_validator(mode="before")
    @classmethod
    def _load(cls, data: Any) -> Any:
        return with_numbers(data, "values_ms", read_delays)

    @field_validator("values_ms")
    @classmethod
    def _sorted(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(values))

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the rows lies."""
        return self.values_ms[int(u * len(self.values_ms))]

    @property
    def low_ms(self) -> int:
        """The least delay measured."""
        return self.values_ms[0]

    @property
    def high_ms(self) -> int:
        """The greatest delay measured."""
        return self.values_ms[-1]

    @property
    def mean_ms(self) -> float:
        """The mean of the rows."""
        return sum(self.values_ms) / len(self.values_ms)


def with_numbers(data: Any, name: str, read: Callable[[Path], tuple[int, ...]]) -> Any:
    """A table whose numbers stand in its ``file``, or under a name: with them under the name."""
    if not isinstance(data, dict):
        return data
    file, given = data.get("file"), data.get(name)
    if file is not None and given:
        raise ValueError(f"file or {name}, one of the two")
    if file is None and (given is None or given in ([], ())):
        raise ValueError(f"file or {name}, one of the two is needed")
    if not isinstance(file, str | Path):
        return data
    try:
        return {**data, name: read(Path(file))}
    except InputError as error:
        raise WrongFileError(error) from error


def without_files(data: Any) -> Any:
    """A dumped scenario as it can be read again: what was read from a file stands in it."""
    if isinstance(data, list):
        return [without_files(item) for item in data]
    if not isinstance(data, dict):
        return data
    is_delay, is_sizes = data.get("distribution") == "empirical", data.get("kind") == "measured"
    is_read = (is_delay and data.get("values_ms")) or (is_sizes and data.get("bytes"))
    return {
        key: without_files(item) for key, item in data.items() if not (is_read and key == "file")
    }


class WrongFieldError(ValueError):
    """A field of a table that does not go with another: told by its own name."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field} {value!r}; {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed


class WrongFileError(ValueError):
    """A file that a setting names is wrong: told together with the setting's own name."""

    def __init__(self, error: InputError) -> None:
        super().__init__(str(error))
        self.error = error


def read_delays(path: Path) -> tuple[int, ...]:
    """The delays of a CSV file, sorted, in ms. Raises `InputError` naming the bad line."""
    content = read_text(path, "file", "a readable CSV file of delays in ms")
    values = []
    for number, line in enumerate(content.splitlines(), 1):
        text = line.strip()
        try:
            value = round(float(text))
        except (ValueError, OverflowError) as error:
            if number == 1 and _is_heading(text):
                continue
            allowed = explained("one delay in ms", content)
            raise InputError(f"{path}, line {number}", line[:80], allowed) from error
        if not 0 <= value <= MS_MAX:
            raise InputError(
                f"{path}, line {number}", line[:80], f"a delay of at least 0 ms, at most {MS_MAX:,}"
            )
        values.append(value)
    if not values:
        raise InputError("file", str(path), "a CSV file with at least one delay in ms")
    return tuple(sorted(values))


def _is_heading(text: str) -> bool:
    """Whether a line may stand over a column: one word, and no number."""
    words = re.fullmatch(r"[^\W\d][^,;\t{}\[\]<>]*", text)
    return words is not None and text.lower() not in ("nan", "inf", "infinity")


def from_shorthand(value: Any) -> Any:
    """A bare whole number stands for a constant."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"distribution": "constant", "value_ms": value}
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.endswith(".csv"):
        raise ValueError(f"{{distribution = 'empirical', file = {value!r}}}")
    if value is None or isinstance(value, BaseModel):
        return value
    raise ValueError(f"whole ms{unit_hint(value)}, or a table with a distribution")


def unit_hint(value: Any) -> str:
    """What to write in place of a value with a unit; "" where it has none."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|sec|min|m|h)\s*", str(value))
    if found is None or not isinstance(value, str):
        return ""
    factor = {"ms": 1, "s": 1_000, "sec": 1_000, "min": 60_000, "m": 60_000, "h": 3_600_000}
    return f" without a unit: {round(float(found[1]) * factor[found[2]])}"


AnyDelay = Constant | Uniform | Exponential | Lognormal | Gamma | Weibull | Empirical
Delay = Annotated[AnyDelay, Field(discriminator="distribution"), BeforeValidator(from_shorthand)]
"""A delay setting: whole milliseconds, or a table with a ``distribution``."""


class Offset(Model):
    """A time relative to an anchor, before it where negative: uniform over whole milliseconds."""

    low_ms: SignedMs
    """The earliest time, negative where it is before the anchor."""
    high_ms: SignedMs
    """The latest time."""

    @model_validator(mode="after")
    def _ordered(self) -> Offset:
        if self.high_ms < self.low_ms:
            raise ValueError(f"high_ms {self.high_ms} is below low_ms {self.low_ms}")
        return self

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies."""
        return self.low_ms + int(u * (self.high_ms - self.low_ms + 1))


def _offset_shorthand(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"low_ms": value, "high_ms": value}
    if isinstance(value, dict | Offset):
        return value
    raise ValueError(f"whole ms{unit_hint(value)}, or a table with low_ms and high_ms")


AnyOffset = Annotated[Offset, BeforeValidator(_offset_shorthand)]
"""An offset setting: whole milliseconds, or a table with ``low_ms`` and ``high_ms``."""
