"""The verbs of the places counter (预约与场所)."""
