"""Where the level of a text line stands behind its head, in the forms that loggers write by default; pure.

Expressions for the line itself, in verbose form. The group ``zone`` is a zone that has a name, any other the level.
"""

import re

from logship.records.lazy_pattern import LazyPattern

WORDS = (
    rb"(?:A(?:LERT|NY)|C(?:RIT(?:ICAL|I)?|RT|ONFIG)|D(?:E?BUG|EBU|E?BG|PANIC)|E(?:MERG(?:ENCY)?|RR(?:OR|O)?|ROR)|F(?:ATAL?|TL|INE(?:ST|R)?)"
    rb"|I(?:NFORMATION|NFO?)|NOTI(?:CE)?|P(?:ANIC|NC)|S(?:EVERE|UCCESS|ILLY)|T(?:RACE?|RCE?)|V(?:ERBOSE|RB)|W(?:ARN(?:ING|I)?|RN))"
)
"""What levels are called; each begins with another letter or goes on differently, so that one look at it is enough."""
_PLUS = rb"(?:[+-]\d{1,3})?"
LOUD = rb"(?=[A-Z])(?:" + WORDS + _PLUS + rb"|L(?:evel\ \d{1,3}|(?:evel|EVEL)\(-?\d{1,3}\)))(?![\w=]|[.-]\w)"
"""In capitals."""
ANY = rb"(?:(?i:" + WORDS + rb")" + _PLUS + rb"|(?i:Level)\ \d{1,3})"
"""In any case: only between marks."""
BARE = (
    rb"(?:silly|trace|debug|verbose|info|notice|warn|warning|error|err|fatal|crit|critical|alert|emerg(?:ency)?|panic)"
)
"""In small letters, behind which a colon says that it is one."""
ARROW = rb"[ ]?(?:---|<--|-->)[ ]"
"""Verdaccio's, behind a level in five columns."""
POSTGRES = rb"(?:DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC)"
PHP = rb"(?:Warning|Notice|Deprecated|(?:Fatal|Parse) error)"
_CISCO = rb"(?:emergencies|alerts|critical|errors|warnings|notifications|informational|debugging)"
DOTNET = rb":[ ][\w.+`]+\[\d+\]"
"""A category and the number of an event, behind the level."""

_ID = (
    rb"(?:(?=[a-f-]{0,40}\d)[\da-f]{6,64}+(?:-[\da-f]{4,12}+){0,5}+"
    rb"|[\dA-F]{8}-(?:[\dA-F]{4}-){3}[\dA-F]{12})(?![\w.-])"
)
"""A request's: hexadecimal digits, a UUID."""
_FIELD = (
    rb"""(?:
    \[ [^\]\n]{0,100}+ \]                    # [7], [main], [scrapy.core.engine]
  | \{ [^}\n]{0,100}+ \} | \( [^)\n]{0,60}+ \)
  | (?:-++>?|\xe2\x80[\x93\x94])[ ]++        # - name -, with a long dash or not, or an arrow
    (?: (?:(?:\[[^\]\n]{1,60}+\]|"""
    + _ID
    + rb""")[ ])?+ [^\s\[\]]{1,80}+ (?:\[(?:line:)?\d{1,7}\])? (?=[ ]+(?:-+|\xe2\x80[\x93\x94])[ ]) )??
  | \| (?: [^|\n]{1,60}+ (?=\|) )??          # | name |
  | [\w.]{1,40}+=\S{1,60}+                   # pid=1
  | [^\s@]{1,64}+@\S{1,64}+                  # user@database
  | [\w/.-]{1,80}+:\d{1,6}:                  # main.go:37:
  | [\w.]{1,80}+(?: \[line:\d{1,6}\] | \(\d{1,6}\) )  # app.py[line:7], app.db(7)
  | < [\w.]{1,60}+ >
  | [\w.*()]{1,80}+[ ](?:->|\xe2[\x80-\xbf]{2})(?=[ ])  # func ->, func with a sign behind it
  | [\xe2\xf0][\x80-\xbf]{2,3}(?:\xef\xb8\x8f)?+(?=[ ])  # a sign
  | """
    + _ID
    + rb"""
  | p?+\d++ (?:ms|\#\d{1,9}+)?             # a process, its goroutine
)"""
)
_PLACE = (
    rb"(?: \[[^\]\n]{0,60}+\] | \([^)\n]{1,60}+\) | \{[^}\n]{0,60}+\} | <[\w.-]{1,60}+>"
    rb" | [\w./-]{1,60}+(?::\w{1,60}?)?:\d{1,6}+ | \w{1,60}+\(\) "
    rb" | (?:main|[A-Za-z]\w{0,40}+(?:-\w{1,40}+){0,5}-\d{1,6})(?![\w.-]) | [\w.]{1,40}+=[^\s,;|]{0,60}+,? | "
    + _ID
    + rb" )"
)
"""A thread, a file and a line, a function, a request, a name and its value: no word of a sentence."""
_NO_LEVEL = rb"(?!\W{0,2}(?:" + ANY + rb"|" + _CISCO + rb"|" + POSTGRES + rb")\b)"
_WORD = _NO_LEVEL + rb"(?: " + _PLACE + rb" | [A-Za-z_][\w.$-]{0,60}+ | \d{1,9}+ ) :?+ [ ]++"
_PLACES = rb"(?: " + _NO_LEVEL + rb"(?:-{1,3}[ ])?" + _PLACE + rb" :?+ [ ]++ ){1,4}"
_POINTED = _NO_LEVEL + rb"[A-Za-z_]\w{0,40}+(?:\.[\w$]{1,60}+){1,8}+ :?+ [ ]++"
_NAME = _NO_LEVEL + rb"[A-Za-z_][\w.$-]{0,60}+ :?+ [ ]++"
_FIRST = _NAME + rb" | \d{1,9}+[ ]++"
_PROGRAM = rb"[\w./-]{1,64}+\[\d{1,7}(?::\d{1,7})?\]:?[ ]"
"""A program and its process, as syslog has them."""
MARKED = (
    rb"(?=[\[<|({]) (?: [({](?P<s>" + LOUD + rb")[)}] | \[ [ ]* (?P<a>" + ANY + rb") [ ]* \] | <(?P<b>" + ANY + rb")>"
    rb" | \| [ ]* (?P<c>" + ANY + rb") [ ]* \| | \[(?P<f>Note|System|(?i:alr?t|emgc?|ntc))\]"
    rb" | \[ [\w.-]*+ [:#] (?P<d>" + ANY + rb") \]"  # Apache's [core:error], Twisted's [app.db#error]
    rb" | \[ [^\]\n/]{1,60}+ / (?P<G>" + LOUD + rb") \] )"  # a game's [Server thread/INFO]
)
_AFTER = (
    rb"[\])]?+ (?:[ ]:: | [:,;] | -(?=\[))?+ [ \t]*+ (?: " + _FIELD + rb" (?:-(?=\[) | [ \t]*+) ){0,6}? :?+ [ \t]*+"
    rb"(?: \[?(?P<e>" + LOUD + rb") | " + MARKED + rb" | (?P<g>" + ANY + rb")\d?:[ ]"
    rb" | (?<=-)\[ [^\]\n]{1,60}? -[ ]{0,4}(?P<Y>" + LOUD + rb")[ ]{0,4}\]"  # ]-[main- INFO]
    rb" | (?P<first>" + BARE + rb"):(?:\n|\Z)"  # Erlang's logger_formatter, on several lines
    rb" | \[(?P<onnx>[VIWEF]):onnxruntime:"
    rb" | (?P<h>LOG|DEBUG[1-5]):[ ][ ]"  # PostgreSQL
    # … with pgBadger's prefix, Amazon's, and in CSV
    rb" | \[\d{1,9}\]:[ ]\[\d{1,9}-\d{1,9}\][ ][^\n]{0,200}?(?P<pgbadger>" + POSTGRES + rb"):[ ][ ]"
    rb" | (?<=:)(?:[^\s@:]{0,64}:)?[^\s@]{0,64}@[^\s:]{0,64}:\[\d{1,9}\]:(?P<rds>" + POSTGRES + rb"):[ ][ ]"
    rb' | (?<=,)(?:(?:"(?:[^"\n]|""){0,80}"|[^,"\n]{0,60}),){10}(?P<csv>' + POSTGRES + rb"),[0-9A-Z]{5},"
    rb" | PHP[ ](?P<p>" + PHP.replace(b" ", b"[ ]") + rb"):[ ]"
    rb" | (?: [\w.$]{1,120}+\(\)[ \n] | \w{1,60}+\.[\w.$]{1,100}+(?:[ ][\w.$<>]{0,80}+)?\n )"
    rb"(?P<t>" + LOUD + rb"):[ ]"  # tinylog, java.util.logging: the level is on the second line
    rb" | (?<=[A-Z][ ]\d{4}[ ]) [\w.$]{1,120}+(?:[ ][\w.$<>]{0,80}+)?\n"
    rb"(?P<X>SEVERE|WARNING|INFO|CONFIG|FINE(?:R|ST)?):[ ]"  # java.util.logging's %1$tc; any class behind its zone
    rb" | =(?P<report>ERROR|WARNING|INFO|CRASH|SUPERVISOR|PROGRESS)[ ]REPORT===="  # lager
    rb" | (?:\|-|\+[ ])(?P<W>" + LOUD + rb")[ ]in[ ]\w{1,40}+\."  # Logback, of itself
    rb" | [\da-f]{8}[ ](?:id=[\da-f]{8}[ ])?[\w.$]{1,60}+[ ]++(?P<liberty>[IWEFD])[ ]"  # Open Liberty; A is no alert
    rb" | [^\s:]{1,160}+:\d{1,6}\n\[(?P<z>info|warn|error)\][ ]"  # GORM: so is its
    rb" | [\w.-]{1,64}+/(?P<u>" + LOUD + rb")/"  # Locust: host/INFO/locust.main:
    rb" | [A-Za-z_] (?: \w{0,40}+ \. | [\w./-]{0,60}+ :[ ] ) (?P<i>" + LOUD + rb")"  # local.ERROR:; app: INFO
    rb" | -[ ] [A-Za-z_] (?:[\w.-]|[ ](?!-[ ])){0,60}+ : (?P<m>" + LOUD + rb"):[ ]"  # - LiteLLM Router:ERROR:
    rb" | (?:[\w.-]{1,64}+[ ])?[\w.]{1,80}+[ ]*+\[\d{1,7}\]:?[ ]\[?(?!CONFIG)(?P<o>"
    + LOUD
    + rb")"  # coloredlogs: host app[7] INFO
    rb" | (?:[\w.-]{1,64}+[ ])?" + _PROGRAM + rb"(?P<A>" + BARE + rb"):[ ]"  # NSD: nsd[7]: error:
    rb" | [\w./-]{1,80}+(?::\d{1,6})?:?[ ]++\[(?P<v>"
    + LOUD
    + rb")[ ]*\]"  # name [INFO]; kopf's has its level in a column
    rb" | [\w.-]{1,80}+[ ]:[ ](?P<Z>" + LOUD + rb")\]"  # hslogger
    rb" | [A-Za-z_][\w.]{0,80}+:(?P<q>" + LOUD + rb"):"  # :app.db:INFO:
    rb" | (?P<n>[IWEF])[ ][^\s:]{1,120}+:\d{1,6}\]"  # TensorFlow: W tensorflow/core/a.cc:1]
    rb" | (?P<r>[TDIWEC])[ ]\d{1,7}[ ]\d{1,7}\]"  # Ray's processes: E 7 7] (raylet) a.cc:1
    rb" | [\w-]{1,40}:[ ](?P<w>" + BARE + rb")(?:[ ]\d{1,2})?:[ ]"  # BIND: general: error:, general: debug 1:
    rb" | (?P<O>" + BARE + rb")(?:[ ]++:[ ]|" + ARROW + rb")"  # Monit, in a column; libvirt
    rb" | (?P<U>[ACEWNIDT])[ ]\[(?:MSGID:[ ]\d|[\w.-]{1,60}\.c:\d)"  # GlusterFS
    rb" | [A-Za-z/][^\s(]{0,200}+[ ]\((?P<V>" + BARE + rb")\):[ ]"  # Puppet (err):
    rb" | (?P<P>information|" + BARE + rb")/[\w.-]{1,60}+:[ ]"  # Icinga
    rb" | (?P<Q>" + _CISCO + rb"):[ ][A-Z][A-Z\d]{1,9}:[ ]"  # FRR: errors: BGP:
    rb" | [\w./-]{1,80}+:\d{1,6}:[\w.*()]{1,80}?\(\)[ ]\[(?P<gitea>[TDIWECF])\][ ]"  # Gitea
    rb" | [\w.-]{1,80}+:\d{1,6}:[ ]\tlevel=(?P<watermill>" + LOUD + rb")[ ]{1,2}msg="  # Watermill
    rb" | (?:(?<=[.,]\d{3}[ ])|(?<=[.,]\d{3}[Z\]][ ]))(?P<http>http):[ ]"  # winston; Go's package http has no such time
    rb" | (?<=\d)-(?:[\w.]{1,60}+-){0,2}?(?P<dashed>(?=[A-Z])" + WORDS + rb")-"  # 5576-INFO-
    rb" | -[ ](?P<H>" + BARE + rb")[ ]-[ ]"
    rb' | (?P<I>"level"=\d)[ ]"msg"=" | (?:[\w/.-]{1,80}:[ ])?"msg"="(?:[^"\\]|\\.){0,200}+"[ ](?P<J>"error"=)'  # logr
    rb" | (?P<x>trce|dbug|info|warn|fail|crit)" + DOTNET + rb"| (?P<y>[DIWE])!(?=[ ]) )"  # Telegraf: E! [inputs.cpu]
)
_MARKS = (
    rb"\[[ ]*(?P<squared>" + LOUD + rb")[ ]*\] | \((?P<round>" + LOUD + rb")\) | <(?P<pointed>" + LOUD + rb")>"
    rb" | \|[ ]*(?P<piped>" + LOUD + rb")[ ]*\| | (?P<colon>" + LOUD + rb")[ ]*+:[ ]"
)
_CELLS = (
    rb"(?P<cells>(?P<wide>[;\t]|[ ]?[|][ ]?)|,[ ]) (?:"
    + _NO_LEVEL
    + rb"(?:(?!(?P=cells))[^\n]){0,80}+(?P=cells)){0,5}? [ ]{0,5}"
    rb" (?: [\[(<|] [ ]{0,5} (?P<cell>" + LOUD + rb") [ ]{0,5} [\])>|]"
    rb" | (?P<open>" + LOUD + rb") (?:[ ]*:|[ ]*+(?P=cells)|(?(wide)[ ]|(?!))) )"
)
"""The same sign separates all fields, the first of which is the time."""
_BEHIND = (
    rb" | [\])]?+ [:,;]?+ [ \t]*+ (?=(?:\S++[ ]++){1,6}?[\[(<|]?[ ]*[A-Z]{2}) (?: (?:"
    + _WORD
    + rb"){1,3}? (?:"
    + _MARKS
    + rb") | (?: (?:"
    + _FIRST
    + rb")?? "
    + _PLACES
    + rb"(?:"
    + _NAME
    + rb")?? | "
    + _POINTED
    + rb") (?P<placed>"
    + LOUD
    + rb")(?=[ ]) | "
    + _NAME
    + rb"(?P<before>"
    + LOUD
    + rb")(?=[ ]{1,5}[\[{<]) ) | [\])]?+ "
    + _CELLS
)
"""A level with a mark, behind up to three words; without one, behind a place, or a name if one follows."""
_NAMED = (
    rb" | [\])]?+ [ \t]++ (?: \([^)\n]{1,60}+\) [ ] | [\w/-]{1,60}+\.\w{1,4}:\d{1,6}[ ](?!"
    + LOUD
    + rb")(?=\w{1,80}+[ ]++[A-Z]{4,8}[ :])"
    rb" | \d{1,7}+ [ ] (?=[\w.]{1,80}+[ ][A-Z]{4,8}+[ ]\[) )?+"
    rb" [A-Za-z_][\w.$/:-]{0,80}+ [ \t]++ (?P<j>" + LOUD + rb") (?=[ \t:\]])"
)
_BLANKS = rb" | \t[ ] (?P<blank>" + ANY + rb")[ ]\t"
"""go-zero's, between blanks and tabs."""
_SPOKEN = (
    rb" | (?P<between>[ \t]) (?P<k>(?=[a-z])"
    + ANY
    + rb")(?P=between)"
    + _BLANKS
    + rb" | [ ]{2} (?P<L>"
    + ANY
    + rb") [ ]{2} | [ ]{3} (?P<M>"
    + ANY
    + rb") [ ]"  # in a column
    rb" | [ ](?:\[[\w./-]{1,60}:\d{1,6}\][ ])?(?P<N>[CEWNIDT])[ ]\|[ ][\w./-]{1,60}:"  # capnslog: I | etcdserver:
    rb" | [ ]\[\d{1,7}\][ ](?:(?P<R>LOG)[ ] | (?:\S{1,120}+[ ]){1,3}?(?P<S>[FCEWIVD])>[ ])"  # PgBouncer; Tarantool
    rb" | [ ][\da-f]{8,16}[ ](?P<T>Info|Error|Fatal[ ]error):[ ]"  # Privoxy
)
_LETTER = rb" | [ ](?P<K>[TDIWEF])[ ]\[\d{1,7}:"
"""semantic_logger's, ``I [7:main]``: before words are looked at, of which its letter would be one."""
_TABBED = rb" | \t (?P<B>" + ANY + rb") \t" + _BLANKS
_SIGNED = (
    rb" | (?:\] [ ] \[ [^\]\n]{1,60} )? \]?+ [ ]{1,2} (?:\xe2\x80\xba[ ])? [\xe2\xf0][\x80-\xbf]{2,3} (?:\xef\xb8\x8f)?"
    rb" [ ]{1,2} (?P<C>" + ANY + rb")[ ]"
)
"""Behind a sign, and before a column: signale, LogTape."""
ZONES = (
    rb"(?:UTC|GMT|[CE]ES?T|[ACEHMNP][SD]T|AK[SD]T|A[CE][SD]T|NZ[SD]T|[BIJKS]ST|IDT|AWST|SAST|ChST|HKT|MSK|PKT|WIB|WITA)"
)
WORDLIKE = rb"(?:CAT|EAT|MES?T|WAT|WES?T|WIT)"
_ZONE = (
    rb"[ ](?P<zone>" + ZONES + rb"(?!\w) | [+-]\d\d(?=[ \]:]) | (?!" + LOUD + rb")[A-Z]{3,5}+(?=[ ]\[\d)"
    rb" | " + WORDLIKE + rb"(?=\]?[ ]+\[?" + LOUD + rb") ) | "
    rb"\][ ](?P<lettered>[DIWEC]):[ ] | "  # loguru's {level.name[0]}
)
"""What ``%Z`` gives, or a letter behind a bracket; before all else, as either could be a word before a level."""


def line(*parts: bytes) -> LazyPattern:
    """Make an expression of what stands in the line."""
    return LazyPattern(b"".join(parts), re.VERBOSE)


TAG = line(
    rb"(?P<F>",
    LOUD,
    rb")(?=[ ]) | ",
    MARKED,
    rb" | (?=[\[a-z]) (?:\[\d{1,7}\][ ]\S{1,255}+[ ]corosync[ ])?(?P<J>"
    + BARE
    + rb")[ ]++\[[A-Z]{2,8}[ ]*\][ ]",  # Corosync
    rb" | [a-z][a-z-]{0,30}+(?:\([^)\n]{0,100}+\))?+(?:<[^>\n]{0,40}+>){0,2}+:[ ]"
    rb"(?P<C>Debug|Info|Warning|Error|Fatal|Panic):[ ]",  # Dovecot
    rb" | [\w.:-]{1,64}+(?:\t|[ ]++)(?P<B>debug|info|warn|error)\t",  # Prosody
    rb" | (?:\S{1,255}[ ])?" + _PROGRAM + rb"(?P<A>" + BARE + rb"):[ ]",
    rb" | \S{1,255}+[ ](?: [\w.-]{1,64}+[ ]*+\[\d{1,7}\][ ]?\((?:\w{1,80}+\)[ ]\t(?P<D>" + BARE + rb")"
    rb"|(?P<H>" + ANY + rb")\)):[ ]"  # Pacemaker, Kerberos' KDC
    rb" | [^\s:\[]{1,64}(?:\[[^\]\n]{1,40}\])?:[ ](?P<e>",
    LOUD,
    rb") )",
)
"""Behind a time of syslog's, and a host that may be left out."""
TABBED = line(rb"(?!)", _TABBED)
"""Where nothing but tabs tells: zap."""
ANYWHERE = line(_ZONE, _AFTER, _BEHIND, _TABBED)
"""Behind a time with a date."""
LOUDLY = line(_AFTER, _NAMED, _BEHIND, _TABBED, _SIGNED)
"""Behind a number or a time of day, which may begin a sentence as well."""
_PRECISE = (_ZONE, _AFTER, _NAMED, _LETTER, _BEHIND, _SPOKEN, _SIGNED)
PRECISE = line(*_PRECISE)
"""The same behind a fraction of a second, which says enough for a name or a word in small letters before the level."""
SPACED = line(*_PRECISE, rb" | [^ ] | \Z")
"""The same behind a head that has a blank behind it: of one that is like it, all else is more, or the line's end."""
LEVEL_ONLY = line(_AFTER, _NAMED, _LETTER, _BEHIND, _SPOKEN, _SIGNED)
"""Where the zone cannot be named."""
