"""Measurements: ratios from one run, each script with its own ``--help``."""
