"""The answer to a preset's question, in words and tables."""
