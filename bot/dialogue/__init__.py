"""The dialogue: what is heard, what is said, and the states between."""
