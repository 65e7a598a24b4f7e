"""The sinks: each module or folder here is one, found by its name and imported only when chosen."""
