"""Slots of speech (话里的要素): days, times, people, places, numbers and wishes, each a pure function.

Every function takes a normalised sentence (`nlp.text.normalise`) and answers a plain value. Each is had from its module: a matcher
that asks for three of them does not wait for the patterns of all.
"""
