"""The verbs of the cases counter (办件)."""
