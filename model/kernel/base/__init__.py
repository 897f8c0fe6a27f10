"""What compiled code is made of: functions in machine code, draws with equal bits, and names."""
