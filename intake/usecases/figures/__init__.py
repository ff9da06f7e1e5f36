"""The verbs of the figures counter (指标)."""
