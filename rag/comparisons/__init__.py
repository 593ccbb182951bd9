"""The parts of `rag.comparing`: which questions compare, what they ask of each thing, values."""
