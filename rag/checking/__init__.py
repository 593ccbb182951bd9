"""What a sentence claims, and whether a passage says it: figures, dates, names, negation."""
