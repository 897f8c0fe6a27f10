"""What the platform bills for each count of a session: dollars, with the day of the price list."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from lastchunk.model.base.errors import InputError
from lastchunk.model.trace.events import Costs

PRICES = Path(__file__).parent / "prices.toml"
ITEMS = (
    "worker_requests",
    "requests",
    "rows_read",
    "rows_written",
    "blob_puts",
    "active_seconds",
)


@dataclass(frozen=True)
class Prices:
    """Dollars per million of each item in `ITEMS`, and the day on which they were so."""

    date: str
    per_million: dict[str, float]


def load_prices(path: Path = PRICES) -> Prices:
    """The price list. Raises `InputError` where it is not one."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("prices", str(path), "a readable TOML file of prices") from error
    prices = data.get("per_million")
    if not isinstance(prices, dict) or set(prices) != set(ITEMS):
        raise InputError(f"{path.name}: per_million", prices, "exactly " + ", ".join(ITEMS))
    for item, price in prices.items():
        if isinstance(price, bool) or not isinstance(price, int | float) or price < 0:
            raise InputError(f"{path.name}: per_million.{item}", price, "dollars, at least 0")
    return Prices(str(data.get("date", "")), {item: float(prices[item]) for item in ITEMS})


@cache
def exact_prices() -> dict[str, Fraction]:
    """The price list as it is written, without a rounding."""
    return {item: Fraction(str(price)) for item, price in load_prices().per_million.items()}


def exact_dollars(costs: Costs) -> Fraction:
    """What a million such sessions cost, to the last digit."""
    prices = exact_prices()
    counted = sum((getattr(costs, item) * prices[item] for item in ITEMS[:-1]), Fraction(0))
    return counted + Fraction(costs.active_ms, 1_000) * prices["active_seconds"]
