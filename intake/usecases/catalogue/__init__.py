"""The verbs of the catalogue counter (事项清单)."""
