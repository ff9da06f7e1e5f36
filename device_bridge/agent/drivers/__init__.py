"""One folder per family of machine; none knows another, and each knows one fault."""
