"""The tests: known answers, laws, replay."""
