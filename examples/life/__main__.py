"""`python -m examples.life`: a life on a tapped bus."""

from __future__ import annotations

from examples.alone import main
from examples.life.scenario import LIFE

if __name__ == "__main__":
    raise SystemExit(main(LIFE))
