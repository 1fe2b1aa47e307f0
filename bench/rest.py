"""A flood of nothing, for SECONDS. Usage: python -m bench.rest SECONDS"""

import sys
import time

if __name__ == "__main__":
    time.sleep(float(sys.argv[1]))
    print(0)
