"""Lists: contacts in a file of somebody else's making, read row by row. Never stores, and never asks anybody."""
