"""The shell around the core: doors, rooms of nouns, and the store."""
