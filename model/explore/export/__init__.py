"""The small scope written for other tools: Promela for Spin, timed automata for TChecker."""
