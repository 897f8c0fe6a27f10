"""``python -m lastchunk``."""

from lastchunk.cli import main

main()
