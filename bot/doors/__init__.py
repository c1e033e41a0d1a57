"""Where conversations happen. Only app.py imports a door."""
