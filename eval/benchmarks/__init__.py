"""Speed and standard retrieval figures: ``python -m eval.benchmarks [NAME]``."""
