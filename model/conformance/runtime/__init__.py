"""The real runtime as a child on two clocks of ours, spoken to over HTTP, its puts in our hands."""
