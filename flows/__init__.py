"""The pure core: journeys, their timing, and the conversation. Values in, values out."""
