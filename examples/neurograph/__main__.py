"""`python -m examples.neurograph`: NeuroGraph on a tapped bus of its own."""

from __future__ import annotations

from eventscope import EventBus
from examples.alone import main
from examples.neurograph.scenario import NEUROGRAPH
from examples.neurograph.system import BUS_FILE

if __name__ == "__main__":
    raise SystemExit(main(NEUROGRAPH, lambda: EventBus.from_config(BUS_FILE)))
