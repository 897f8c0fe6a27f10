"""What every page stands on: words and signs of verdicts, names of files, digests, pools."""
