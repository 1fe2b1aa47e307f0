"""Start Eventscope from a checkout: `python main.py demo:`."""

from eventscope.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main())
