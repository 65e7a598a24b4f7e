r"""What the head of a text line looks like where one server alone writes it so; pure.

As in :mod:`logship.records.head_forms`, of which these are looked at first: some begin as others' heads do.
"""

from logship.records.head_levels import ANYWHERE, BARE
from logship.records.head_parts import (
    CLOCK,
    END,
    FIRST,
    FRACTION,
    ISO,
    LEVELS,
    MONTH,
    MONTHS,
    NO_ZONE,
    ONE,
    PRECISELY,
    SHAPED,
    Form,
)
from logship.records.line_starts import WEEKDAY

SERVERS = (
    # CUPS
    Form(
        b"XACEWNIDd",
        ONE(rb"(?P<l>[XACEWNIDd]) \[(?P<s>00/" + MONTH + rb"/0000:" + CLOCK + FRACTION + rb"(?P<z> [+-]0000)\] "),
    ),
    # Tinyproxy; a connection is a level of its own
    Form(
        LEVELS,
        ONE(rb"(?P<l>CONNECT|" + SHAPED + rb") +(?P<s>" + MONTH + rb" [ 0]0 " + CLOCK + FRACTION + NO_ZONE + rb" \["),
    ),
    # ClamAV, on its standard output
    Form(
        b"EW",
        ONE(
            rb"(?P<l>ERROR|WARNING): (?P<s>"
            + WEEKDAY
            + rb" "
            + MONTH
            + rb" [ 0]0 "
            + CLOCK
            + rb")(?P<f>)(?P<z> 0000) -> "
        ),
    ),
    # Gearman: levels are to the right
    Form(b" ", ONE(rb" {1,4}" + FIRST + rb" " + ISO + END)),
    # so are those of ActiveMQ
    Form(b" ", ONE(rb" {1,4}" + FIRST + rb" \| ")),
    # Mumble: its X stands for none
    Form(b"<", ONE(rb"<(?:(?P<l>[DIWCF])|X)>" + PRECISELY)),
    # qBittorrent: its N is for normal
    Form(b"(", ONE(rb"\((?P<l>[NIWC])\) " + ISO + rb" - ")),
    # Shadowsocks
    Form(b" ", ONE(rb" " + ISO + END), ANYWHERE, alone=False),
    # Snapcast: dashes in the time of day
    Form(b"0", ONE(rb"(?P<s>0000-00-00 00-00-00\.)(?P<f>000)(?P<z>)(?= \[)"), ANYWHERE, alone=False),
    # Zabbix: a process before the time
    Form(b" 0", ONE(rb" {0,6}0{1,7}:(?P<s>00000000:000000\.)(?P<f>000)(?P<z>) ")),
    # MPD
    Form(MONTHS, ONE(rb"(?P<s>" + MONTH + rb" [ 0]0 00:00)(?P<f>)(?P<z>) : ")),
    # OpenLDAP: the second of 1970 in hexadecimal digits, as is what is behind it
    Form(b"0", ONE(rb"(?P<s>0[0a-f]{7})(?P<f>)(?P<z>)\.[0a-f]{8} 0x[0a-f]{8,16} "), alike=False),
    # i2pd
    Form(b"0", ONE(rb"(?P<s>" + CLOCK + rb")(?P<f>)(?P<z>)@0{1,4}/(?:none|(?P<l>" + BARE + rb")) - ")),
    # Kamailio, coturn: no time
    Form(b" 0", ONE(rb" ?0{1,3}\(0{1,7}\) " + FIRST + rb": ")),
    Form(b"0", ONE(rb"0{1,9}: (?:\(0{1,9}\))?: " + FIRST + rb": ")),
)
"""Each with the server's name."""
