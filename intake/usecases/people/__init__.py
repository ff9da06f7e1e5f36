"""The verbs of the people counter (人员)."""
