"""The project's own package; a part of lastchunk lies in a folder of the same name."""
