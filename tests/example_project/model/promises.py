"""What the project promises, in its own words."""

from lastchunk.properties import after, at_most, completion, event, never, state

whole = never(completion & (state.missing > 0), meaning="No completed recording has a gap.")
soon = after(event.StopPressed).eventually(completion, within=10_000, of="last upload")
one_stop = at_most(1, event.StopPressed)
