"""From a class back to sessions: paths, whole times, counterexamples, lassos, attacks, words."""
