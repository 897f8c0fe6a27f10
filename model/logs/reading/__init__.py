"""Files of every kind as events of sessions: nothing here judges."""
