"""Measure how right the answers are. Import as ``from eval.runner import evaluate``."""
