"""Measurements, as ratios in one run. By hand: `python -m tests.bench.journeys`, `.schedule`, `.chats`."""
