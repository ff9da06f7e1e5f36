"""The verbs of the questions counter (首问责任)."""
