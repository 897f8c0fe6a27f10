"""Which settings hold on every scenario, and which of them is the cheapest and the promptest.

`requirement` says what is asked, `free` what may be varied. `judged` judges one setting in every
scenario, by exploring where that can and by sampling where it cannot. `seek` goes from values that
are given to the exact end of what holds. `price` has what a setting costs and how long it waits.
`question` is what is asked, and `choose` brings it together. Nothing is chosen that was not itself
looked at, in each scenario.
"""
