"""The usual colours: rules that most captures are easier to read with, offered and never forced on anybody."""

from __future__ import annotations

from collections.abc import Mapping

from app.filter.clause import joined
from app.table_setup import ColourRule
from eventscope.event import EventPriority

__all__ = ["usual_rules"]


def usual_rules(budgets_ms: Mapping[int, float]) -> list[ColourRule]:
    """What is lost, what failed, what was tried again, what was over its budget, and what was slow."""
    return [
        ColourRule("phase:dead-lettered,dropped", "violet", "☠"),
        ColourRule("phase:failed", "red", "✖"),
        ColourRule("phase:retried", "amber", "⟳"),
        ColourRule(over_budget(budgets_ms), "pink", "!"),
        ColourRule("latency>1s", "olive", "S"),
    ]


def over_budget(budgets_ms: Mapping[int, float]) -> str:
    """A filter for rows that took longer than the budget of their priority."""
    text = ""
    for priority, ms in sorted(budgets_ms.items(), reverse=True):
        name = EventPriority(priority).name.lower()
        text = joined(text, f"priority:{name} latency>{ms:g}ms", "or")
    return text
