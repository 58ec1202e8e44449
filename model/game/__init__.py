"""The stage game of a turn and its quantal response equilibrium."""
