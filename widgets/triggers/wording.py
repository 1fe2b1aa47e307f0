"""What is said of triggers: how often they fired, and what they keep."""

from __future__ import annotations

from collections.abc import Sequence

from app.columns.wording import size_text
from app.commands.row_text import clock_second
from app.display import display
from app.table_setup import Trigger
from app.triggers.triggers import Firing, Triggers

__all__ = ["fired", "line_of", "state_of"]

LONGEST_TITLE = 80


def line_of(rule: Trigger) -> str:
    """A trigger in the list of all."""
    if not rule.filter:
        return "no filter yet"
    name = f"{display(rule.name, limit=LONGEST_TITLE)}   " if rule.name else ""
    acts = [word for word, does in (("tells", rule.notify), ("pauses", rule.hold)) if does]
    kept = f"{rule.before_s:g} s before, {rule.after_s:g} s after"
    return f"{name}{display(rule.filter, limit=200)}   ({', '.join([kept, *acts])})"


def fired(firings: Sequence[Firing], held: Firing | None = None) -> str:
    """One sentence about what fired since the last one, the latest firing first."""
    last = max(firings, key=lambda firing: firing.at)
    when = clock_second(last.at // 1_000_000_000)
    often = f"fired {last.count:,} times, last {when}" if last.count > 1 else f"fired at {when}"
    others = len(firings) - 1
    more = f"; so did {others} other trigger{'s' * (others > 1)}" if others else ""
    paused = "; the window is paused behind that row" if held is not None else ""
    return f"{display(last.trigger.title, limit=LONGEST_TITLE)} {often}{more}{paused}"


def state_of(triggers: Triggers, rule: Trigger | None) -> str:
    """What became of a trigger, and of what all of them keep."""
    kept = triggers.kept
    parts = []
    if rule is not None and rule.filter:
        count, last = triggers.counts[rule.filter], triggers.latest(rule)
        met = f"It met {count:,} row{'s' * (count != 1)}"
        parts.append(f"{met}, the last at {clock_second(last.at // 1_000_000_000)}." if last else "It met no row yet.")
    rows = sum(stop - first for first, stop in kept.spans)
    if rows:
        taken = f"{size_text(kept.bytes)} of at most {size_text(kept.limit)}"
        parts.append(f"All triggers keep {rows:,} row{'s' * (rows != 1)}, {taken}.")
    if kept.let_go:
        parts.append("What the oldest firings kept was let go.")
    if triggers.missed:
        parts.append(f"{triggers.missed:,} rows came too fast to be tested.")
    return " ".join(parts)
