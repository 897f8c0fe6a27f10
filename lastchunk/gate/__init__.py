"""What a project keeps: designs held to properties, schedules that failed, figures to compare.

The pytest plugin (`lastchunk/pytest_plugin.py`) and `lastchunk ci` stand on it.
"""
