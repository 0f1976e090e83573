"""Ours beside what people use today, on one machine, in one go: ``python -m benchmarks.speed``."""
