"""Measurements, as ratios in one run. By hand: `python -m tests.bench.journeys`, `python -m tests.bench.schedule`."""
