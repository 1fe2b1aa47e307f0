"""`python -m examples.roles`: the bot's roles on a tapped bus."""

from __future__ import annotations

from examples.alone import main
from examples.roles.scenario import ROLES

if __name__ == "__main__":
    raise SystemExit(main(ROLES))
