"""`python -m examples.defects`: the services on a tapped bus; what they may use is named in the environment.

`DEFECTS_DATABASE` names a file for their tables, `DEFECTS_LOG` one for the lines of the events; `DEFECTS_RABBITMQ` and
`DEFECTS_REDIS` the URLs of brokers that the events are published to as well.
"""

from __future__ import annotations

import os

from examples.alone import main
from examples.defects.surroundings import bus_in, example_in

if __name__ == "__main__":
    raise SystemExit(main(example_in(os.environ), lambda: bus_in(os.environ)))
