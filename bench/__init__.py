"""Measurements. Each module here is one: run alone, it prints what it measured and on what."""
