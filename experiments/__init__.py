"""The command line, batches, analyses, figures and reports."""
