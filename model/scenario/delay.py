"""Delays as distributions: each has a quantile function in whole milliseconds, and a support.

A scheduler that samples calls ``quantile`` with a number from a random stream; inversion keeps two
designs on common random numbers comparable. A scheduler that explores reads ``low_ms`` and
``high_ms``, the bounds that no draw leaves.
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    model_validator,
)

from model.errors import InputError

_NORMAL = NormalDist()


class Model(BaseModel):
    """A frozen piece of a scenario that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Constant(Model):
    """Always ``value_ms``."""

    distribution: Literal["constant"] = "constant"
    value_ms: NonNegativeInt

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
    low_ms: NonNegativeInt
    high_ms: NonNegativeInt

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
    mean_ms: PositiveFloat
    low_ms: NonNegativeInt = 0
    high_ms: None = None

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies, rounded."""
        return self.low_ms + round(-self.mean_ms * math.log1p(-u))


class Lognormal(Model):
    """The exponential of a normal: half the draws lie below ``median_ms``."""

    distribution: Literal["lognormal"]
    median_ms: PositiveFloat
    sigma: PositiveFloat
    low_ms: Literal[0] = 0
    high_ms: None = None

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies, rounded."""
        return round(self.median_ms * math.exp(self.sigma * _NORMAL.inv_cdf(u)))

    @property
    def mean_ms(self) -> float:
        """The expected delay."""
        return self.median_ms * math.exp(self.sigma**2 / 2)


class Gamma(Model):
    """A gamma distribution by its mean and its shape."""

    distribution: Literal["gamma"]
    mean_ms: PositiveFloat
    shape: PositiveFloat
    low_ms: Literal[0] = 0
    high_ms: None = None

    def quantile(self, u: float) -> int:
        """The value below or at which a share ``u`` of the draws lies, rounded."""
        from scipy.special import gammaincinv  # slow to import, and seldom needed

        return round(float(gammaincinv(self.shape, u)) * self.mean_ms / self.shape)


class Empirical(Model):
    """Delays as measured: a CSV file with one column of milliseconds, each row as likely.

    A first line that is not a number is taken as a heading. Any other bad line is refused by its
    number.
    """

    distribution: Literal["empirical"]
    file: Path
    values_ms: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _load(cls, data: Any) -> Any:
        if isinstance(data, dict) and "file" in data and not data.get("values_ms"):
            return {**data, "values_ms": read_delays(Path(data["file"]))}
        return data

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


def read_delays(path: Path) -> tuple[int, ...]:
    """The delays of a CSV file, sorted, in ms. Raises `InputError` naming the bad line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("file", str(path), "a readable CSV file of delays in ms") from error
    values = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        try:
            value = round(float(text))
        except (ValueError, OverflowError) as error:
            if number == 1 and text:
                continue  # a heading
            raise InputError(f"{path}, line {number}", line, "one delay in ms") from error
        if value < 0:
            raise InputError(f"{path}, line {number}", line, "a delay of at least 0 ms")
        values.append(value)
    if not values:
        raise InputError("file", str(path), "a CSV file with at least one delay in ms")
    return tuple(sorted(values))


def _from_shorthand(value: Any) -> Any:
    """A bare whole number stands for a constant."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"distribution": "constant", "value_ms": value}
    return value


AnyDelay = Constant | Uniform | Exponential | Lognormal | Gamma | Empirical
Delay = Annotated[AnyDelay, Field(discriminator="distribution"), BeforeValidator(_from_shorthand)]
"""A delay setting: whole milliseconds, or a table with a ``distribution``."""


class Offset(Model):
    """A time relative to an anchor, before it where negative: uniform over whole milliseconds."""

    low_ms: int
    high_ms: int

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
    return value


AnyOffset = Annotated[Offset, BeforeValidator(_offset_shorthand)]
"""An offset setting: whole milliseconds, or a table with ``low_ms`` and ``high_ms``."""
