"""DOOR: the conversation. One engine behind every channel; sentences are data."""
