"""The rules of the world: a turn, beliefs, conflict, means and oil."""
