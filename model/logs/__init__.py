"""Real logs: what happened to sessions in the field, judged by the properties of the model.

Theory of operation. A log tells of some events and not of others. `stream` reads a file piece by
piece, so memory does not grow with it. `har`, `spans` and `lines` make events of the model's own
trace of each piece, and `mapping` says which request is a create, an upload or a stop. `seen` holds
what is known of one session: every time is one that the log has. A session is closed when the log
has moved on for long enough, and then judged and forgotten.

`judge` answers the shipped properties in three values. What a log cannot decide is unknown, with
the reason: a browser does not see when the object completes a session, only that it was completed
when it asked. Own properties are judged by their own monitors, where the log carries every event
that they rest on (`needs`). `ways` names the known failure way that is nearest to what was seen,
`playback` plays the deployed design with the times of the log and keeps the schedule if it violates
the same property. `check` is all that in order.
"""
