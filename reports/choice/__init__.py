"""Which settings hold: in words, as a picture, as a folder with a schedule of each violation."""
