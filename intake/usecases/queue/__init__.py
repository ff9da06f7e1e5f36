"""The verbs of the queue counter (排队叫号)."""
