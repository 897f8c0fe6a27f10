"""What a design may be made of: a stated subset of Python, refused by default.

A proof says something of every run only if all that code can remember is seen, and if code that is
told the same does the same. Both are easier to list than to look for: `reach` finds all code that a
design's class leads to, `syntax` and `sets` look at each line of it, `lasting` watches what
outlives an instance while it runs, and the types of what is kept are checked where a state is
written (`model.explore.code.kept`). docs/subset.md is the list for people.
"""

from lastchunk.model.subset.check import check_subset, check_values, lasting_of
from lastchunk.model.subset.lasting import Lasting

__all__ = ["Lasting", "check_subset", "check_values", "lasting_of"]
