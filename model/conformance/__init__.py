"""Conformance: the same schedules on the real runtime.

lastchunk proves things about its own world. Here a schedule is played on workerd, with the twins in
TypeScript of the shipped designs (``worker/``), on two clocks that the player moves, so that ten
minutes of alarms take no time and each happening comes at its ms. What is compared: every event of
the object with its ms, the scheduled time and the retry count of each alarm run, the status of each
answer, the whole storage and ``getAlarm()`` at the end, and that nothing more comes.

`plan` makes of a schedule what is to be done and what must be shown, `session` does it to one
object, `play` leads many objects through time, `runtime/` is the process and what it talks to.
`shown` is the language in which both sides are compared.
"""
