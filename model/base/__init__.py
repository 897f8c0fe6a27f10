"""What all else stands on: errors, files, streams, limits, workers, verdicts."""
