"""How often the intervals of a fit hold the truth: over many samples, with and without censoring.

.venv/bin/python -m benchmarks.fit_coverage --seeds 200 --lengths 400
"""

from __future__ import annotations

import argparse

import numpy as np

from lastchunk.model.fit.best_family import fit_family
from tests.fit.test_best_family import BY_NAME, KNOWN, drawn


def main() -> None:
    """Print a line for each family, with and without lengths that never ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--lengths", type=int, default=400)
    given = parser.parse_args()
    for known in KNOWN:
        for censored_at_ms in (np.inf, 1_500.0):
            held = np.zeros(len(known.values))
            for seed in range(given.seeds):
                lengths = drawn(known, given.lengths, seed, censored_at_ms)
                fit = fit_family(BY_NAME[known.name], lengths.ended, lengths.open)
                inside = [
                    low < value < high
                    for (low, high), value in zip(fit.intervals, known.values, strict=True)
                ]
                held += np.array(inside, float)
            shares = ", ".join(f"{share:.1%}" for share in held / given.seeds)
            print(f"{known.name}, looked at for {censored_at_ms:,.0f} ms: {shares}")


if __name__ == "__main__":
    main()
