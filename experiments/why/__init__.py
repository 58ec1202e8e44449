"""Why a state chose what it chose, and what would change it."""
