"""Words of people → service items, days, people and wishes. Speaks the core's nouns and nothing else of it."""

from nlp.live import LiveMatcher
from nlp.matcher import Explanation, Matcher

__all__ = ["Explanation", "LiveMatcher", "Matcher"]
