"""Where real loggers write the time, the level and the text of a record, as dotted paths; for the settings, too."""

from typing import Final, Literal

TIMESTAMP_FIELDS: Final = ("@timestamp", "timestamp", "time", "ts", "asctime")
"""The first that can be read counts."""

LEVEL_FIELDS: Final = (
    *("level", "severity", "levelname", "level_name", "log.level", "@level", "lvl", "error_severity", "severityText"),
    *("_level_name", "record.level.name", "@fields.level", "level.levelStr", "context.logLevel", "@l", "L"),
    *("severity_text", "log_level", "loglevel", "Level", "LogLevel", "_meta.logLevelName", "severityNumber"),
    *("levelName", "log_level.name", "PRIORITY", "levelno", "_logLevel", "@fields.levelname", "Levelname", "sLevel"),
)
"""A name of a level in any of them goes before a number, then the first one counts."""

Scale = Literal["auto", "python", "pino", "syslog", "monolog", "otel"]
"""Of levels that are numbers."""

MESSAGE_FIELDS: Final = (
    *("message", "msg", "event", "@message", "short_message", "M", "@m", "@mt"),
    *("record.message", "fields.message", "text", "Message", "Fields.msg"),
)
"""The first that is there counts."""
