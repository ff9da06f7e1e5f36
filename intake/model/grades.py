"""The five grades (好差评): one list for cases, answers and follow-ups."""

from __future__ import annotations

from collections.abc import Mapping

GRADES: Mapping[int, str] = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = frozenset({1, 2})
