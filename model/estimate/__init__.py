"""How often: replications, intervals, comparisons, sweeps."""
