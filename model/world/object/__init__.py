"""The Durable Object: its gate and handlers, storage, alarm, instances, and what it costs."""
