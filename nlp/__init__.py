"""Words of people → service items, days, people and wishes. Speaks the core's nouns and nothing else of it."""

from nlp.live import LiveMatcher
from nlp.matcher import Explanation, Matcher
from nlp.speech import Ear

__all__ = ["Ear", "Explanation", "LiveMatcher", "Matcher"]
