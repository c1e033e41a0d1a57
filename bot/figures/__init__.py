"""Figures: measures, their intervals, and when they may be shown.

Pure: numbers in, numbers out, no I/O and no clock.
"""
