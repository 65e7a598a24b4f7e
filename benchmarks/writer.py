"""An application that logs at a steady rate: ``python -m benchmarks.writer FILE LINES_PER_SECOND SECONDS LINE_BYTES``.

Each line is one write, and carries the monotonic time of it; prints the number of lines once it has closed the file.
"""

import os
import sys
import time

_TICK_SECONDS = 0.002


def main() -> None:
    """Write what is due at each tick."""
    path, (rate, seconds, line_bytes) = sys.argv[1], map(int, sys.argv[2:])
    total, number = rate * seconds, 0
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    start = time.monotonic()
    while number < total:
        due = min(total, int((time.monotonic() - start) * rate))
        while number < due:
            head = b'{"timestamp": "2026-11-22T10:00:00.%06dZ", "level": "info", "seq": %d, "at": %d, "message": "' % (
                number % 1_000_000,
                number,
                time.monotonic_ns(),
            )
            os.write(descriptor, head + b"x" * (line_bytes - len(head) - 3) + b'"}\n')
            number += 1
        time.sleep(_TICK_SECONDS)
    os.close(descriptor)
    print(number, flush=True)


if __name__ == "__main__":
    main()
