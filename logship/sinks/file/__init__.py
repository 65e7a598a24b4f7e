"""Files on a mounted volume."""
