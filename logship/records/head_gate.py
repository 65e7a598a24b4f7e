"""Whether a line may begin with a head at all; pure: most that do not are told so at once."""

import re

from logship.records.head_levels import ARROW, BARE, DOTNET, PHP, WORDS
from logship.records.head_parts import MONTH
from logship.records.head_untimed import WORDS as UNTIMED
from logship.records.line_starts import WEEKDAY

_LEVEL = rb"(?<=[ \t\[(<|./:>-])" + UNTIMED
_GATE = (
    rb"""[\d\[(<:%*-] | [+]\d{4}[ ]\d | (?:Main|Srv\ \d{1,4})[ ][ |]\d
  | localhost[ ] | "(?:ts|level|msg)"= | \#{4}< | npm[ ] | ERR![ ] | =[A-Z]{4,12}[ ]REPORT= | \xe2[\x80-\xbf]{2}
  | \xf0[\x80-\xbf]{3}\S*+[ ]++[\[(]?\d | \.pkg
  | [ ]{1,2}\d{4}- | [ ]{1,4}[A-Z]{3,11}[\[\])>}:;,|\t -] | [ ]{11,40}[A-Z]{4,8}[ ] | [@A-Za-z_][\w.-]{0,60}+=
  | [A-Za-z_][\w.-]{0,255}+(?:[ ]-[ ](?:[A-Z]|\S{1,64}[ ]\[\d\d/)|:[A-Z]|(?:[+]\d{1,3})?\t)
  | [DIWEFC][ ]\d\d(?:\d\d)?- | [XACEWNIDd][ ]\[\d\d/
  | [ ]{1,6}\d{1,7}[:(]\d
  | [ ](?:info|warn|crit|panic):[ ]
  | [ ]\[[a-z] | [DIE]\[\d{4}- | (?:DEB|INF|WAR|ERR|CRI)[ ]\[\d{8}-
  | [a-z][a-z-]{1,40}+[ ]++\|[ ]\d{4}-
  | [a-z][\w-]{0,40}+[ ] (?: [A-Z]{4,5}:[ ]\d | \d{4}/ ) | [a-z][a-z_-]{0,40}+\d{4}/\d
  | [A-Za-z_][\w.-]{0,40}+(?:\[\d{1,7}\])?(?::\d{1,6}){0,2}:[ ](?:pid=\d|(?=[a-z])"""
    + BARE
    + rb"""\d?:[ ])
  | [A-Za-z][\w.]{0,40}+(?:-[\w.]{1,40}+)*+(?:[ ]\*\*)?:[ ]\d\d:\d\d:\d\d\.\d{3}:
  | (?=[A-Z])(?: """
    + WEEKDAY
    + rb""",?[ ] | TID:[ ]\[ | (?:Error|Warning)[ ]in[ ] | OpenJDK[ ] | Java[ ]HotSpot\(TM\)[ ] | """
    + WORDS
    + rb"""[\s:;,|/>\[\])}+-] | CONNECT[ ]++[A-Z] | L(?i:evel)\ \d | """
    + MONTH
    + rb"""[a-z]{0,6}+[ -]++\d | [A-Z][a-z]{5,8},[ ](?:[A-Z][a-z]{2,8}[ ])?+\d
    | [CDEFINVW]\d{4}(?:\d\d|\d{4})?[ ] | (?:PHP[ ])?"""
    + PHP.replace(b" ", b"[ ]")
    + rb""":[ ] | [A-Z],[ ]\[ )
  | (?=[stdvinwefcaplh])(?: """
    + BARE
    + rb"""(?::[ \[\d] | \t) | fatal\ error:\  | level\ \d | (?:http|"""
    + BARE
    + rb")"
    + ARROW
    + rb""" | """
    + rb"(?:trce|dbug|info|warn|fail|crit)"
    + DOTNET
    + rb""" )
  | (?=[\w-]++[ ]*+[.:])(?: [\w.-]{1,60}+ [ ]*+:[ ](?:[A-Z]|\d{4}/|\d{1,9}[ ][DIWE][ ])
                          | [\w-]*+[.:][^\s\[]*+[ ](?:[^\s\[]++[ ]){0,5}+\[(?:\d\d/|\d{4}[/-])
                          | [\w-]*+[.:]\S*+[ ]-[ ]\S*+[ ]\d\d/ )
  | [{|\#=*-]{1,4}[ ]?[A-Z]{4} | \{(?:'|[ ][A-Za-z_$']|\n[ ]{2}[A-Za-z_$'])
  | (?=[A-Za-z_][\w$-]*+(?:[.:(/|<\[\t]|[ ]++(?:[A-Z]{4}|[:|\[(<-])|[ ]{2})|[./])
    (?:[^A-Z\n]{1,100}+|(?!"""
    + _LEVEL
    + rb""")[A-Z]++){1,12}+"""
    + _LEVEL
)
MAY_BE_HEAD = re.compile(_GATE, re.VERBOSE).match
"""Whether a line may begin with one of the forms."""
