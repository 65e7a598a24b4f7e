"""Where real loggers write the time and the level of a record, as dotted paths; names alone, for the settings too."""

from typing import Final

TIMESTAMP_FIELDS: Final = ("@timestamp", "timestamp", "time", "ts", "asctime")
"""The first that can be read counts."""

LEVEL_FIELDS: Final = (
    *("level", "severity", "levelname", "level_name", "log.level", "@level", "lvl", "error_severity", "severityText"),
    *("_level_name", "record.level.name", "@fields.level", "level.levelStr", "context.logLevel", "@l", "L"),
    *("severity_text", "log_level", "loglevel", "Level", "LogLevel", "_meta.logLevelName", "severityNumber"),
    *("log_level.name", "PRIORITY", "levelno", "_logLevel"),
)
"""A name of a level in any of them goes before a number, then the first one counts."""
