"""From logs to a scenario: delays, losses and lateness fitted, and what rate is to be expected.

`samples` takes of each session in a log what a scenario can hold. `families` are distributions with
their likelihood in whole ms, in which what never ended counts as longer than it was seen.
`best_family` fits each, takes the best by Akaike's criterion, and tests it. `written` makes the
scenario, and `advice` simulates it: the rate of each failure, and the least grace that keeps one
below a rate.
"""
