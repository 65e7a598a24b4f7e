"""Found by the interpreter at its start, if this folder is on PYTHONPATH: has the daemon run on uvloop."""

import sys

if "run" in sys.orig_argv:
    import asyncio

    import uvloop

    asyncio.new_event_loop = uvloop.new_event_loop
    asyncio.events.new_event_loop = uvloop.new_event_loop
