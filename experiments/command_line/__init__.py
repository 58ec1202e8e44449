"""The commands that a person types. Heavy imports wait until a command needs them."""
