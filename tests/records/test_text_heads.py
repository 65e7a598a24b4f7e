"""What a line of text says of itself: one look at many lines comes to what a look at each comes to."""

import re
import time
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from logship.records.text_heads import TextHeads
from logship.records.timestamps import TimestampReader

NOON = int(datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()) * 10**9
DAY = "2026-11-27T10:00:00"

HEADS = {
    # tqdm 4.67 before a line
    "\r 33%|###   | 1/3 [00:00<00:00,  8.32it/s]2026-11-27 10:00:00,123 ERROR root a message": (DAY + ".123", "ERROR"),
    "\r 33%|###   | 1/3 [00:00<00:00,  8.32it/s]WARNING:root:a message": ("", "WARNING"),
    # a dictionary of Python's as a line
    "{'time': '2026-11-27 10:00:00,123', 'level': 'INFO', 'message': 'a message'}": (DAY + ".123", "INFO"),
    "{'levelname': 'ERROR', 'name': 'app', 'line': 7, 'asctime': '2026-11-27T10:00:00Z', 'message': 'a message'}": (
        DAY,
        "ERROR",
    ),
    "{'time': '2026-11-27 10:00:00,123', 'message': 'x', 'level': 'none'}": ("", ""),
    # an object that Node prints; winston's prettyPrint
    "{ level: 'error', time: '2026-11-27T10:00:00.123Z', msg: 'a message' }": (DAY + ".123", "error"),
    "{ a: 1, b: { c: [ 1, 2 ] }, d: \"it's\", timestamp: 2026-11-27T10:00:00.123Z, level: 'debug' }": (
        DAY + ".123",
        "debug",
    ),
    "{\n  message: 'a message',\n  level: 'ERROR',\n  timestamp: '2026-11-27T10:00:00Z',\n}": (DAY, "ERROR"),
    "{\n  err: {\n    level: 'x',\n    a: 1\n  },\n  timestamp: '2026-11-27T10:00:00Z',\n  level: 'warn'\n}": (
        DAY,
        "warn",
    ),
    "{ level: 'info', message: 'a message', a: 1 }": ("", "info"),
    "{ message: 'a message', level: 'info' }": ("", "info"),
    "{\n  message: 'a message',\n  level: 'info'\n}": ("", "info"),
    # java.time leaves out seconds that are 0
    "2026-11-27T15:30+05:30 ERROR a message": (DAY, "ERROR"),
    "2026-11-27T15:30+05:30[Asia/Kolkata] ERROR a message": (DAY, "ERROR"),
    "2026-11-27T10:00Z a message": (DAY, ""),
    "2026-11-27T10:00 a message": (DAY, ""),
    "[2026-11-27T10:00Z] [INFO] a message": (DAY, "INFO"),
    "INFO 2026-11-27T10:00Z a message": (DAY, "INFO"),
    "time=2026-11-27T10:00Z level=info msg=x": (DAY, "info"),
    "2026-11-27 15:30 +05:30 ERROR a message": (DAY, "ERROR"),
    "2026-11-27 10:00 PM ERROR a message": ("2026-11-27T22:00:00", "ERROR"),
    # SkyPilot 0.14, LitServe 0.2, Backstage, pino-pretty 13
    "I 11-27 10:00:00.123 PID=17912 config.py:200] a message": (DAY + ".123", "INFO"),
    "E 11-27 10:00:00.123 config.py:200] a message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00,123 - MainProcess[26718] - litserve.server - INFO - server.py:1514 - a message": (
        DAY + ".123",
        "INFO",
    ),
    "\x1b[2m2026-11-27T10:00:00.123Z\x1b[22m \x1b[34mcatalog\x1b[39m \x1b[32minfo\x1b[39m a message": (
        DAY + ".123",
        "info",
    ),
    "\x1b[2m2026-11-27T10:00:00.123Z\x1b[22m \x1b[34mcatalog\x1b[39m \x1b[1merrors\x1b[22m a message": (
        DAY + ".123",
        "",
    ),
    "2026-11-27T10:00:00.123Z catalog info a message": (DAY + ".123", ""),
    "[1795773600123] INFO (14524): a message": (DAY + ".123", "INFO"),
    "[1795773600123] WARN: a message": (DAY + ".123", "WARN"),
    "INFO [1795773600123] (14524): a message": (DAY + ".123", "INFO"),
    "ERROR [1795773600123]: a message": (DAY + ".123", "ERROR"),
    "INFO [1795773600123] a message": ("", "INFO"),
    "[17957736001234] INFO: a message": ("", "INFO"),
    # Go's runtime; Erlang's logger_formatter, with single_line=false
    "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:": ("", "FATAL"),
    "2026-11-27T10:00:00.123456+00:00 error:\n    a: message": (DAY + ".123456", "error"),
    "2026-11-27T10:00:00.123456+00:00 notice:": (DAY + ".123456", "notice"),
    "2026-11-27T10:00:00.123456+00:00 errors:\n    a: message": (DAY + ".123456", ""),
    # onnxruntime 1.32, wandb, tox -vv, uv with RUST_LOG, loguru in formats of its users
    "2026-11-27 10:00:00.123456789 [W:onnxruntime:, graph.cc:5809 Clean] a message": (DAY + ".123456789", "WARNING"),
    "2026-11-27 10:00:00.123456789 [I:onnxruntime:Default, a.cc:7 Run] a message": (DAY + ".123456789", "INFO"),
    "\x1b[0;93m2026-11-27 10:00:00.123456789 [E:onnxruntime:, a.cc:7 Run] a message\x1b[m": (
        DAY + ".123456789",
        "ERROR",
    ),
    "wandb: WARNING a message": ("", "WARNING"),
    "wandb: a message": ("", ""),
    "ROOT: 1189 D a message [tox/report.py:77]": ("", "DEBUG"),
    "py: 1392 I a message": ("", "INFO"),
    ".pkg: 1392 W a message": ("", "WARNING"),
    "lint: 1392 E a message": ("", "ERROR"),
    "TRACE Checking lock for `/x`": ("", "TRACE"),
    "⚠️ 2026-11-27T10:00:00.123+00:00 a message": (DAY + ".123", ""),
    "🐞 2026-11-27 10:00:00.123 | DEBUG | a message": (DAY + ".123", "DEBUG"),
    "0:00:00.104509 | WARNING | a message": ("", "WARNING"),
    "0:01:00.104509 | INFO     | a message": ("", "INFO"),
    "[2026-11-27 10:00:00] E: a message": (DAY, "ERROR"),
    "[2026-11-27 10:00:00.123] D: a message": (DAY + ".123", "DEBUG"),
    "2026-11-27 10:00:00 E: a message": (DAY, ""),
    "ERRO [2026-11-27 10:00:00,123] a message": (DAY + ".123", "ERROR"),
    "WARN [2026-11-27 10:00:00,123] a message": (DAY + ".123", "WARN"),
    # dates that users choose for Python's logging, and Django's runserver
    "27-Nov-26 10:00:00 - a message": (DAY, ""),
    "27-Nov-26 10:00:00 - INFO - a message": (DAY, "INFO"),
    "27-Nov-26 10:00:00,123 INFO a message": (DAY + ".123", "INFO"),
    "27-Nov-26 10:00:00 DISK is full": (DAY, ""),
    "27/Nov/2026:15:30:00 +0530 INFO a message": (DAY, "INFO"),
    "27/Nov/2026:10:00:00 a message": (DAY, ""),
    "26/11/27 10:00:00 [INFO] a message": ("", "INFO"),
    "26/11/27 10:00:00 - app.db - INFO - a message": ("", "INFO"),
    "2026-11-27_10-00-00 [INFO] a message": (DAY, "INFO"),
    "2026-11-27 10-00-00,123 - app.db - INFO - a message": (DAY + ".123", "INFO"),
    "November 27, 2026 10:00:00 [INFO] a message": (DAY, "INFO"),
    "May 27, 2026 10:00:00 INFO a message": ("2026-05-27T10:00:00", "INFO"),
    "Friday, 27 November 2026 10:00:00 [INFO] a message": (DAY, "INFO"),
    "Friday, November 27, 2026 1:00:00 PM INFO a message": ("2026-11-27T13:00:00", "INFO"),
    "November 27, 2026 - 10:00:00": (DAY, ""),
    # logging's %Z, where the zone has no letters
    "2026-11-27 18:00:00 +08 INFO app.x a message": (DAY, "INFO"),
    "2026-11-27 07:00:00 -03 INFO app.x a message": (DAY, "INFO"),
    "2026-11-27 18:00:00,123 +08 app.x INFO a message": (DAY + ".123", "INFO"),
    "[2026-11-27 18:00:00 +08] [INFO] a message": (DAY, "INFO"),
    "2026-11-27 10:00:00 -12 degrees outside": (DAY, ""),
    "2026-11-27 10:00:00 +0000 CET INFO a message": (DAY, "INFO"),
    "2026-11-27 10:00:00 UTC INFO app.x a message": (DAY, "INFO"),
    "2026-11-27 10:00:00 INFO [7] a message": (DAY, "INFO"),
    "2026-11-27 10:00:00 HTTP ERROR 500": (DAY, ""),
    "Fri Nov 27 18:00:00 +08 2026 INFO a message": (DAY, "INFO"),
    # dashes without a blank, as introductions to Python's logging have them
    "2026-11-27 10:00:00,123-5576-INFO-a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123-76-INFO-a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123-app.db-WARNING-a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00-ERROR-a message": (DAY, "ERROR"),
    "5576-INFO-a message": ("", "INFO"),
    # a request's id before the level: asgi-correlation-id
    "2026-11-27 10:00:00,123 9f2d6c8e1a2b4c3d9f2d6c8e1a2b4c3d INFO app.x a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00 9f2d6c8e-1a2b-4c3d-9f2d-6c8e1a2b4c3d INFO a message": (DAY, "INFO"),
    "2026-11-27 10:00:00 9F2D6C8E-1A2B-4C3D-9F2D-6C8E1A2B4C3D app INFO a message": (DAY, "INFO"),
    "2026-11-27 10:00:00,123 - 9f2d6c - app.x - INFO - a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 - [9f2d6c] app.x - INFO - a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 - 9f2d6c8e app - INFO - a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 facade INFO a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00 facade ERROR a message": (DAY, ""),
    "2026-11-27 10:00:00 - the facade app - ERROR - a message": (DAY, ""),
    "INFO:\t\x082026-11-27 10:00:00,123 app.x:4 [9f2d6c] a message": (DAY + ".123", "INFO"),
    "WARNING:\t\x08a message": ("", "WARNING"),
    # structlog 20.1 to 22.1
    "2026-11-27 10:00.00 [info     ] a message                      a=1": (DAY, "info"),
    "\x1b[2m2026-11-27 10:00.00\x1b[0m [\x1b[31m\x1b[1merror    \x1b[0m] \x1b[1ma message\x1b[0m": (DAY, "error"),
    # a level without a time (865): Django's "simple", charmbracelet's log 0.4, agno 2
    "ERROR Internal Server Error: /boom": ("", "ERROR"),
    "WARN slow": ("", "WARN"),
    "WARNING disk is full": ("", "WARNING"),
    "ERROR 5: x": ("", "ERROR"),
    "CRIT down": ("", "CRIT"),
    "ERROR; a message": ("", "ERROR"),
    "INFO\ta message": ("", "INFO"),
    "   ERROR a message": ("", "ERROR"),
    " WARNING a message": ("", "WARNING"),
    "(ERROR) a message": ("", "ERROR"),
    "<ERROR> a message": ("", "ERROR"),
    "| INFO | a message": ("", "INFO"),
    "*** WARNING *** a message": ("", "WARNING"),
    "worker [ERROR] a message": ("", "ERROR"),
    "worker: [ERROR] a message": ("", "ERROR"),
    "worker (ERROR): a message": ("", "ERROR"),
    "worker | INFO | a message": ("", "INFO"),
    "worker - ERROR: a message": ("", "ERROR"),
    "worker :: ERROR :: a message": ("", "ERROR"),
    "worker       WARNING  a message": ("", "WARNING"),
    "worker.ERROR: a message": ("", "ERROR"),
    "app.db INFO a message": ("", "INFO"),
    "[main] INFO a message": ("", "INFO"),
    "[7] [ERROR] a message": ("", "ERROR"),
    "12345 - ERROR - a message": ("", "ERROR"),
    "app.py:37 - ERROR - a message": ("", "ERROR"),
    "[app.py:37] ERROR: a message": ("", "ERROR"),
    "load() ERROR a message": ("", "ERROR"),
    "worker - ERROR - 2026-11-27 10:00:00,123 - a message": (DAY + ".123", "ERROR"),
    "[main] WARNING 2026-11-27 10:00:00,123 a message": (DAY + ".123", "WARNING"),
    "<ERROR> 2026-11-27 10:00:00,123 a message": (DAY + ".123", "ERROR"),
    "[9f2d6c] [2026-11-27 10:00:00,123] [ERROR] a message": (DAY + ".123", "ERROR"),
    # Hatchet's SDK 1.43, netdata 1.37
    "[WARNING]\t\U0001fa93 -- 2026-11-27 10:00:00,123 - a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00: netdata INFO  : MAIN : a message": (DAY, "INFO"),
    # Mosquitto 2.0, Passenger 6.0, Verdaccio 6.8, Next.js 16.4
    "1795773600: Warning: a message": (DAY, "Warning"),
    "1795773600: mosquitto version 2.0.11 starting": ("", ""),
    "[ N 2026-11-27 10:00:00.1234 30102/T1 age/Cor/CoreMain.cpp:1340 ]: a message": (DAY + ".1234", "NOTICE"),
    "[ D2 2026-11-27 10:00:00.1234 30102/Te Ser/AcceptLoadBalancer.h:136 ]: a message": (DAY + ".1234", "DEBUG"),
    "warn --- a message": ("", "warn"),
    "error--- a message": ("", "error"),
    "http <-- 200, user: null(127.0.0.1), req: 'GET /-/all', bytes: 0/2": ("", "http"),
    "info <-- 127.0.0.1 requested 'GET /-/all'": ("", "info"),
    "[2026-11-27 10:00:00] warn --- a message": (DAY, "warn"),
    "[2026-11-27 10:00:00] error--- a message": (DAY, "error"),
    "[2026-11-27 10:00:00] info <-- a message": (DAY, "info"),
    "\u2a2f Error: boom\n    at e (.next/server/app/page.js:1:2013) {": ("", "ERROR"),
    "\u2a2f uncaughtException:  TypeError: boom": ("", "ERROR"),
    "\u2a2f unhandledRejection: Error: boom": ("", "ERROR"),
    # what others put before the lines of what they run: Honcho 2.0, Foreman 0.87, Airflow 3.3, concurrently 9.2
    "11:00:00 web.1    | 2026-11-27 10:00:00,123 WARNING app.db a message": (DAY + ".123", "WARNING"),
    "11:00:00 worker.1 | 2026-11-27 10:00:00 [warning  ] a message": (DAY, "warning"),
    "11:00:00 web.1    | INFO 2026-11-27 10:00:00,123 app 7 140 a message": (DAY + ".123", "INFO"),
    "10:00:00 web.1    | INFO:     Uvicorn running": (DAY, "INFO"),
    "10:00:00 web.1    | a message": (DAY, ""),
    "10:00:00 system   | web.1 started (pid=7)": (DAY, ""),
    "dag-processor | 2026-11-27T10:00:00.123456Z [warning  ] a message [a] loc=a.py:7": (DAY + ".123456", "warning"),
    "[0] 2026-11-27 10:00:00,123 WARNING app.db a message": (DAY + ".123", "WARNING"),
    "[0] 2026-11-27 10:00:00 [warning  ] a message": (DAY, "warning"),
    # go-ethereum 1.17 (log15's form), CometBFT 1.0, Go's log with prefixes, Badger 4, etcd's raft 3.4, asynq 0.26, XORM
    # 1.4, pion
    "INFO [11-27|10:00:00.123] a message": (DAY + ".123", "INFO"),
    "DEBUG[11-27|10:00:00.123] a message": (DAY + ".123", "DEBUG"),
    "I[2026-11-27|10:00:00.123] a message": (DAY + ".123", "INFO"),
    "[sarama] 2026/11/27 10:00:00 a message": (DAY, ""),
    "[my app] 2026/11/27 10:00:00.123456 INFO: a message": (DAY + ".123456", "INFO"),
    "badger 2026/11/27 10:00:00 INFO: a message": (DAY, "INFO"),
    "raft2026/11/27 10:00:00 WARN: a message": (DAY, "WARN"),
    "asynq: pid=6856 2026/11/27 10:00:00.123456 ERROR: a message": (DAY + ".123456", "ERROR"),
    "[xorm] [info]  2026/11/27 10:00:00.123456 a message": (DAY + ".123456", "info"),
    "INFO\t2026/11/27 10:00:00.123456 main.go:5: a message": (DAY + ".123456", "INFO"),
    "ice INFO: 2026/11/27 10:00:00 a message": (DAY, "INFO"),
    "ice DEBUG: 10:00:00.123456 main.go:35: a message": (DAY + ".123456", "DEBUG"),
    # Chromium, ChromeDriver 156, librdkafka 2, Paramiko 5.1, PyTorch 2.15, gevent 26.9, PHP-FPM 8.2, PM2 7.0,
    # serve 14.2, Dancer2 0.4, nest-winston 2.0, Sanic 25.12
    "[27143:27217:1127/100000.123456:ERROR:dbus/bus.cc:405] a message": (DAY + ".123456", "ERROR"),
    "[1127/100000.123456:VERBOSE1:a.cc(210)] a message": (DAY + ".123456", "VERBOSE"),
    "[1795773600.123][WARNING]: a message": (DAY + ".123", "WARNING"),
    "%4|1795773600.123|FAIL|rdkafka#producer-1| [thrd:app]: a message": (DAY + ".123", "warning"),
    "DEB [20261127-10:00:00.123] thr=1   paramiko.transport: a message": (DAY + ".123", "DEBUG"),
    "V1127 10:00:00.123000 715 torch/_dynamo/utils.py:2108] a message": (DAY + ".123000", "VERBOSE"),
    "[rank0]:W1127 10:00:00.123000 647 tr.py:2] a message": (DAY + ".123000", "WARNING"),
    '127.0.0.1 - - [2026-11-27 10:00:00] "GET / HTTP/1.1" 200 103 0.000158': (DAY, ""),
    '127.0.0.1 -  27/Nov/2026:10:00:00 +0000 "GET /" 200': (DAY, ""),
    '10.0.0.7 - ann 27/Nov/2026:15:30:00 +0530 "GET /" 200': (DAY, ""),
    # oauth2-proxy 7.15
    '10.0.0.7:44546 - 7d4dd942-dc81-4915-a921-d6d4ecc829d4 - - [2026/11/27 10:00:00] app GET - "/" HTTP/1.1 "curl"': (
        DAY,
        "",
    ),
    '10.0.0.7 (10.0.0.8) - 7d4dd942 - ann@a.b [2026/11/27 10:00:00] app GET / "/open" HTTP/1.1 "curl" 200 7 0.001': (
        DAY,
        "",
    ),
    '[::1]:44546 - 7d4dd942 - - [2026/11/27 10:00:00] app GET - "/" HTTP/1.1 "curl" 403 8483 0.001': (DAY, ""),
    "10.0.0.7:44546 - 7d4dd942 - ann@a.b [2026/11/27 10:00:00] [AuthSuccess] a message": (DAY, ""),
    "2026-11-27 10:00 +00:00: a message": (DAY, ""),
    " HTTP  11/27/2026 10:00:00 AM 127.0.0.1 GET /": (DAY, ""),
    " HTTP  1/2/2026 1:09:58 PM 127.0.0.1 Returned 200 in 34 ms": ("2026-01-02T13:09:58", ""),
    "2026-11-27 15:30 +05:30: a message": (DAY, ""),
    "[A:7] warning @2026-11-27 10:00:00> a message in /a.pl l. 1": (DAY, "warning"),
    "[A:7] core @2026-11-27 10:00:00> a message in /a.pl l. 1": (DAY, ""),
    "[MyApp] 14177  11/27/2026, 10:00:00 AM    WARN  a message +1ms": (DAY, "WARN"),
    "Main  10:00:00 ERROR: a message": (DAY, "ERROR"),
    # Python: a name of one word, a file and a line, a process before the level
    "2026-11-27 10:00:00,123 app [WARNING] a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 ev.py:7 [ERROR] a message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00,123 app: [INFO] a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00 circus[1244] [WARNING] a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 app ERROR: a message": (DAY, "ERROR"),
    "2026-11-27 10:00:00 app [disk] a message": (DAY, ""),
    "2026-11-27 10:00:00,123 root [MainThread] [WARNING] a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00 app.db: (ev.py:7) [WARNING ] a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 app 1234 MainThread (WARNING) a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 app main <WARNING> a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 app MainThread WARNING: a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 app [MainThread] WARNING a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 (MainThread) app WARNING a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 ev.py:7 WARNING a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 app MainThread WARNING a message": (DAY, ""),
    "2026-11-27 10:00:00 System raised ERROR while it ran": (DAY, ""),
    "2026-11-27 10:00:00 one of many words [ERROR] a message": (DAY, ""),
    # Servers
    "[Nov 27 10:00:00.123] traffic_server NOTE: a message": (DAY + ".123", "NOTICE"),
    "[Nov 27 10:00:00.123] traffic_server STATUS: a message": (DAY + ".123", ""),
    "[11/27/26, 10:00:00:123 UTC] 00000022 com.ibm.ws.kernel.feature            E CWWKF0001E: a message": (
        "",
        "ERROR",
    ),
    "[2026-11-27T10:00:00.123+0000] 0000001e com.ibm.ws.http.VirtualHostImpl                I CWWKT0016I: a message": (
        DAY + ".123",
        "INFO",
    ),
    "[2026-11-27T10:00:00.123+0000] 0000001e com.ibm.ws.http.VirtualHostImpl                A CWWKT0016I: a message": (
        DAY + ".123",
        "",
    ),
    "** (app:9619): WARNING **: 10:00:00.123: a message": (DAY + ".123", "WARNING"),
    "(app:9619): GLib-GIO-CRITICAL **: 10:00:00.123: a message": (DAY + ".123", "CRITICAL"),
    "Gtk-Message: 10:00:00.123: a message": (DAY + ".123", "NOTICE"),
    "(app:9619): GLib-GIO-DEBUG: 10:00:00.123: a message": (DAY + ".123", "DEBUG"),
    "** INFO: 10:00:00.123: a message": (DAY + ".123", "INFO"),
    "[1795773600] unbound[7:0] fatal error: a message": (DAY, "fatal"),
    "<4>2026-11-27T10:00:00.123456+00:00 a message": (DAY + ".123456", "warning"),
    "<6>[10946] [d] a message": ("", "info"),
    "<3>a message": ("", "err"),
    "[vm] 2026.11.27 10:00:00.123456 [ 7 ] {a-b} <Debug> executeQuery: a message": (DAY + ".123456", "Debug"),
    "127.0.0.1:40286 [27/Nov/2026:10:00:00.123] f b/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC--": (
        DAY + ".123",
        "",
    ),
    # Gitea's modules/log, SeaweedFS' glog, AdGuard's golibs, sing-box, Watermill 1.5, go-zero 1.10, zerolog 1.34
    "2026/11/27 10:00:00 .../gitea/main.go:3:main() [W] a message": (DAY, "WARNING"),
    "2026/11/27 10:00:00 ...ers/web/repo.go:37:(*Repo).Load() [E] a message": (DAY, "ERROR"),
    "2026/11/27 10:00:00 main.go:3:func1() [T] a message": (DAY, "TRACE"),
    "I1127 10:00:00.123456 main.go:3 a message": (DAY + ".123456", "INFO"),
    "F1127 10:00:00.123456 volume_grpc_copy.go:37 a message": (DAY + ".123456", "FATAL"),
    "2026/11/27 10:00:00 26926#1 [error] a message": (DAY, "error"),
    "2026/11/27 10:00:00.123456 26926#37 [info] dnsproxy: warning: a message": (DAY + ".123456", "info"),
    "+0000 2026-11-27 10:00:00 ERROR router: a message": (DAY, "ERROR"),
    "+0530 2026-11-27 15:30:00 INFO [3693611084 0ms] router: a message": (DAY, "INFO"),
    "-0800 2026-11-27 02:00:00 WARN a message": (DAY, "WARN"),
    '[watermill] 2026/11/27 10:00:00.123456 router.go:827: \tlevel=ERROR msg="a message" err=boom': (
        DAY + ".123456",
        "ERROR",
    ),
    '[watermill] 2026/11/27 10:00:00.123456 router.go:280: \tlevel=INFO  msg="a message" topic=t ': (
        DAY + ".123456",
        "INFO",
    ),
    "2026-11-27T10:00:00.123Z\t error \ta message\tcaller=zero/main.go:3": (DAY + ".123", "error"),
    "2026-11-27T10:00:00Z\t info \ta message": (DAY, "info"),
    "2026/11/27 10:00AM INF app/main.go:3 > a message |": (DAY, "INFO"),
    "2026-11-27 10:00PM ERR a message": ("2026-11-27T22:00:00", "ERR"),
    # pterm 0.12, esbuild 0.28, wrangler 4.86, captains-log 2, chi 5.5, diary 0.4, debug-level 4, Node-RED 4.1, adze
    "\x1b[30;46m  INFO   \x1b[0m \x1b[96ma message\x1b[0m": ("", "INFO"),
    "\x1b[30;43m WARNING \x1b[0m \x1b[33ma message\x1b[0m": ("", "WARNING"),
    "\x1b[30;101m  ERROR  \x1b[0m \x1b[91ma message\x1b[0m": ("", "ERROR"),
    '\u25b2 [WARNING] The "typeof" operator': ("", "WARNING"),
    "\u2718 [ERROR] a message": ("", "ERROR"),
    "\x1b[31m\u2718 \x1b[41;31m[\x1b[41;97mERROR\x1b[41;31m]\x1b[0m \x1b[1ma message\x1b[0m": ("", "ERROR"),
    "[wrangler:warn] a message": ("", "warn"),
    "[wrangler:error] Error: a message": ("", "error"),
    " info: a message": ("", "info"),
    " crit: a message": ("", "crit"),
    " panic: boom": ("", "panic"),
    "\u2717 error [app] a message": ("", "error"),
    "\u203c warn  [app] a message": ("", "warn"),
    "\u2139 info  [app] a message": ("", "info"),
    "  INFO app a message +0ms": ("", "INFO"),
    "  WARN app:db a message +12ms": ("", "WARN"),
    "  FATAL app a message +2ms": ("", "FATAL"),
    '27 Nov 10:00:00 - [metric] {"level":99,"event":"runtime.memory"}': (DAY, ""),
    "vm - - [27/Nov/2026:10:00:00 +0000] a message": (DAY, ""),
    "app.local - ann [27/Nov/2026:15:30:00 +0530] a message": (DAY, ""),
    # winston's level http
    "[2026-11-27 10:00:00.123] http: GET /x (20 ms) 200": (DAY + ".123", "http"),
    "2026-11-27T10:00:00.123Z http: GET /x": (DAY + ".123", "http"),
    "2026-11-27 10:00:00,123 http: GET /x": (DAY + ".123", "http"),
    "2026/11/27 10:00:00.123456 http: Server closed": (DAY + ".123456", ""),
    "27/11/2026 10:00:00 : epoch 6b0d70da : host : nfs-ganesha-20149[main] init_logging :LOG :EVENT :a message": (
        DAY,
        "NOTICE",
    ),
    "11/12/2025 10:00:00 : epoch 6b0d70da : host : nfs-ganesha-20149[main] load :NFS STARTUP :CRIT :a message": (
        "2025-12-11T10:00:00",
        "CRIT",
    ),
    "2026-11-27 10:00:00 UTC [7]: [3-1] user=a,db=b,app=psql,client=10.0.0.7 ERROR:  a message": (DAY, "ERROR"),
    "2026-11-27 10:00:00 UTC:10.0.0.7(43318):a@b:[20757]:WARNING:  a message": (DAY, "WARNING"),
    "2026-11-27 10:00:00 UTC::@:[20757]:LOG:  a message": (DAY, "LOG"),
    '2026-11-27 10:00:00.123 UTC,"a","b",24649,"::1",6b.6,6,"DO",2026-11-30 12:53:31 UTC,3/5,0,WARNING,01000,"x",,': (
        DAY + ".123",
        "WARNING",
    ),
    '2026-11-27 10:00:00.123 UTC,,,24614,,6b0d71c8.6026,1,,2026-11-30 12:53:28 UTC,,0,LOG,00000,"a message",,': (
        DAY + ".123",
        "LOG",
    ),
    "< 2026-11-27 10:00:00.123 UTC >LOG:  a message": (DAY + ".123", "LOG"),
    "< 2026-11-27 10:00:00.123 UTC > FATAL:  a message": (DAY + ".123", "FATAL"),
    "2026-11-27T10:00:00.123 general: debug 1: a message": (DAY + ".123", "debug"),
    "[2026-11-27T10:00:00.123] debug2: a message": (DAY + ".123", "debug"),
    "slurmctld: error: a message": ("", "error"),
    "munged: Notice: a message": ("", ""),
    "2026-11-27T10:00:00 ntpd[23967]: CONFIG: line 2": (DAY, ""),
    # Levels alone: the JVM 17, Sidekiq 6.4, GStreamer 1.22, NATS 2.9, Sentry's SDK 2.75,
    # pretty_env_logger 0.5, ftlog 0.2
    "[0.016s][info][gc] a message": ("", "info"),
    "[12.001s][warning][os,container] a message": ("", "warning"),
    "pid=20086 tid=er2 INFO: a message": ("", "INFO"),
    "pid=20086 tid=er2 class=Job jid=1f elapsed=0.1 WARN: a message": ("", "WARN"),
    "0:00:00.025149804 20558 0x55b0d5e3d780 WARN                 filesrc gstfilesrc.c:553:gst_start:<a> a message": (
        "",
        "WARN",
    ),
    "[20507] [INF] a message": ("", "INFO"),
    " [sentry] DEBUG: a message": ("", "DEBUG"),
    " ERROR h2rs > a message": ("", "ERROR"),
    "2026-11-27 10:00:00.123+00 2ms ERROR main [src/main.rs:2] a message": (DAY + ".123", "ERROR"),
    # Servers beside them
    "2026.11.27 10:00:00.123456 [ 7 ] {} <Error> Application: a message": (DAY + ".123456", "Error"),
    "27-Nov-2026 10:00:00.123 general: error: a message": (DAY + ".123", "error"),
    "1795773600.123    100 10.0.0.7 TCP_MISS/200 1 GET http://x/ - HIER_DIRECT/10.0.0.8 text/html": (DAY + ".123", ""),
    "[ERROR]\t2026-11-27T10:00:00.123Z\tb3b1\ta message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00 fail: App.Db[0] a message": (DAY, "error"),
    # etcd 3.4 (capnslog), NSD 4.6, Unbound 1.17 with and without log-time-ascii, stunnel 5, Syncthing 1.19
    "2026-11-27 10:00:00.123456 I | etcdmain: a message": (DAY + ".123456", "INFO"),
    "2026-11-27 10:00:00.123456 N | embed: a message": (DAY + ".123456", "NOTICE"),
    "2026-11-27 10:00:00.123456 [main.go:5] W | db: a message": (DAY + ".123456", "WARNING"),
    "2026-11-27 10:00:00.123456 I | a message": (DAY + ".123456", ""),
    "[2026-11-27 10:00:00.123] nsd[7]: error: a message": (DAY + ".123", "error"),
    "[1795773600] unbound[7:0] notice: a message": (DAY, "notice"),
    "[1795773600] a message": ("", ""),
    "Nov 27 10:00:00 unbound[7:0] info: a message": (DAY, "info"),
    "Nov 27 10:00:00 vm app/smtpd[7]: warning: a message": (DAY, "warning"),
    "Nov 27 10:00:00 vm app[7]: warning signs: a message": (DAY, ""),
    "2026.11.27 10:00:00 LOG6[ui]: a message": (DAY, ""),
    "[start] 10:00:00 INFO: a message": (DAY, "INFO"),
    "[A7B9] 10:00:00 WARNING: a message": (DAY, "WARNING"),
    "[A7B9] 10:00:00 a message": ("", ""),
    # CUPS 2.4, Tinyproxy 1.11, ClamAV 1.4, Gearman 1.1, Mumble 1.3, Zabbix 6.0, MPD 0.23, OpenLDAP 2.5, i2pd 2.45,
    # Icecast 2.4, aria2 1.36, InfluxDB 1.6, Kamailio 5.6, coturn 4.6
    "E [27/Nov/2026:10:00:00 +0000] a message": (DAY, "ERROR"),
    "d [27/Nov/2026:10:00:00.123456 +0000] a message": (DAY + ".123456", "DEBUG"),
    "X [27/Nov/2026:15:30:00 +0530] a message": (DAY, "EMERG"),
    "NOTICE    Nov 27 10:00:00.123 [7]: a message": (DAY + ".123", "NOTICE"),
    "CONNECT   Nov 27 10:00:00.123 [7]: a message": (DAY + ".123", "INFO"),
    "WARNING: Fri Nov 27 10:00:00 2026 -> a message": (DAY, "WARNING"),
    "  DEBUG 2026-11-27 10:00:00.123456 [  main ] a message": (DAY + ".123456", "DEBUG"),
    "<W>2026-11-27 10:00:00.123 a message": (DAY + ".123", "WARNING"),
    "<X>2026-11-27 10:00:00.123 a message": (DAY + ".123", ""),
    "    59:20261127:100000.123 a message": (DAY + ".123", ""),
    "123456:20261127:100000.123 a message": (DAY + ".123", ""),
    "Nov 27 10:00 : output: a message": (DAY, ""),
    "6b0954a0.171963d1 0x7fc4221d5200 a message": (DAY, ""),
    "10:00:00@62/warn - a message": (DAY, "warn"),
    "10:00:00@62/none - a message": (DAY, ""),
    "[2026-11-27  10:00:00] EROR yp/yp_touch a message": (DAY, "ERROR"),
    "11/27 10:00:00 [\x1b[1;33mWARN\x1b[0m] a message": ("", "WARN"),
    '[httpd] 127.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET /query HTTP/1.1" 200 84': (DAY, ""),
    " 0(69) WARNING: sl [tm_load.h:145]: a message": ("", "WARNING"),
    "13(146) ERROR: <core> [core/pvapi.c:924]: a message": ("", "ERROR"),
    "0: : WARNING: a message": ("", "WARNING"),
    "12: (7): INFO: a message": ("", "INFO"),
    # Dovecot 2.3, Prosody 0.12, PgBouncer 1.18, Privoxy 3.0, Tarantool 2.6, Icinga 2.13, Monit 5.33, FRR 8.4,
    # ClamAV 1.4
    "Nov 27 10:00:00 master: Warning: a message": (DAY, "Warning"),
    "Nov 27 10:00:00 imap(ann)<638><EWA5rXhhJLB/AAAB>: Error: a message": (DAY, "Error"),
    "Nov 27 10:00:00 imap-login: Info: a message": (DAY, "Info"),
    "Nov 27 10:00:00 certmanager\terror\ta message": (DAY, "error"),
    "Nov 27 10:00:00 certmanager         warn\ta message": (DAY, "warn"),
    "2026-11-27 10:00:00.123 UTC [254] LOG a message": (DAY + ".123", "LOG"),
    "2026-11-27 10:00:00.123 UTC [254] WARNING a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00.123 7f5a0ef7a080 Error: a message": (DAY + ".123", "Error"),
    "2026-11-27 10:00:00.123 7f5a0ef7a080 Fatal error: a message": (DAY + ".123", "FATAL"),
    "2026-11-27 10:00:00.123 7f5a0ef7a080 Request: 127.0.0.1:9/": (DAY + ".123", ""),
    "2026-11-27 10:00:00.123 [309] main/103/t.lua I> a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00.123 [309] main utils.c:1005 E> a message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00.123 [309] main/103/t.lua t.lua:1 W> a message": (DAY + ".123", "WARNING"),
    "[2026-11-27 10:00:00 +0000] information/cli: a message": (DAY, "information"),
    "[2026-11-27 10:00:00 +0000] critical/Application: a message": (DAY, "critical"),
    "[2026-11-27T10:00:00+0000] error    : a message": (DAY, "error"),
    "2026/11/27 10:00:00.123456 errors: ZEBRA: [SHWNK-NWT5S] a message": (DAY + ".123456", "ERROR"),
    "2026/11/27 10:00:00 notifications: ZEBRA: a message": (DAY, "NOTICE"),
    "Fri Nov 27 10:00:00 2026 -> WARNING: a message": (DAY, "WARNING"),
    # libvirt 9.0, GlusterFS 10.3, Puppet 7.23, Kerberos 1.20, Pacemaker 2.1, qBittorrent 4.5, Shadowsocks 3.3,
    # Snapcast 0.26
    "2026-11-27 10:00:00.123+0000: 465: warning : virFile:7 : a message": (DAY + ".123", "warning"),
    "2026-11-27 15:30:00.123+0530: 465: error : a message": (DAY + ".123", "error"),
    "2026-11-27T15:30:00+05:30: a message": (DAY, ""),
    "[2026-11-27 10:00:00.123456 +0000] E [MSGID: 106053] [glusterd.c:1467:init] 0-x: a": (DAY + ".123456", "ERROR"),
    "[2026-11-27 10:00:00.123456 +0000] I [glusterfsd.c:2447:daemonize] 0-x: a message": (DAY + ".123456", "INFO"),
    "2026-11-27 10:00:00 +0000 Puppet (err): a message": (DAY, "err"),
    "2026-11-27 10:00:00 +0000 /Stage[main]/Main/Notify[a]/message (notice): a message": (DAY, "notice"),
    "Nov 27 10:00:00 vm krb5kdc[97](Error): a message": (DAY, "Error"),
    "Nov 27 10:00:00.123 vm pacemakerd          [452] (crm_log_init) \twarning: a message": (DAY + ".123", "warning"),
    "Nov 27 10:00:00 [32] vm corosync warning [MAIN  ] a message": (DAY, "warning"),
    "Nov 27 10:00:00 notice  [MAIN  ] a message": (DAY, "notice"),
    " INFO | a message of ActiveMQ": ("", "INFO"),
    "(N) 2026-11-27T10:00:00 - a message": (DAY, "NOTICE"),
    " 2026-11-27 10:00:00 INFO: a message": (DAY, "INFO"),
    "2026-11-27 10-00-00.123 [Notice] (init) a message": (DAY + ".123", "Notice"),
    # go-kit (Alertmanager 0.25), where a call has no level
    'ts=2026-11-27T10:00:00.123Z caller=main.go:7 component=configuration msg="a message"': (DAY + ".123", ""),
    'ts=2026-11-27T10:00:00.123Z caller=main.go:7 level=info msg="a message"': (DAY + ".123", "info"),
    # Python's multiprocessing.log_to_stderr
    "[INFO/Process-1] a message": ("", "INFO"),
    # Rust's tracing: over several lines, and without a time
    "  2026-11-27T10:00:00.327265Z  INFO app: a message": (DAY + ".327265", "INFO"),
    "  2026-11-27T10:00:00.327265Z ERROR app::db: a message": (DAY + ".327265", "ERROR"),
    "  \x1b[2m2026-11-27T10:00:00.327265Z\x1b[0m \x1b[33m WARN\x1b[0m \x1b[1;33mapp\x1b[0m: x": (
        DAY + ".327265",
        "WARN",
    ),
    " INFO app::db: a message": ("", "INFO"),
    " WARN request{id=7}:query: app::db: a message": ("", "WARN"),
    "ERROR request{id=7}: app: a message": ("", "ERROR"),
    # Python
    "WARNING:root:a message": ("", "WARNING"),
    "Level 25:app.db:a message": ("", "Level 25"),
    "2026-11-27 10:00:00,123 - app.db - ERROR - a message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00,123 - INFO - a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 INFO app.db: a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 Level 25 app.db: a message": (DAY + ".123", "Level 25"),
    "2026-11-27 10:00:00,123:INFO:a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 app.db          DEBUG    MainProcess a message": (DAY + ".123", "DEBUG"),
    "2026-11-27 10:00:00,123 app.db INFO a message": (DAY + ".123", "INFO"),
    "[2026-11-27 10:00:00,123] [INFO] app.db: a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 [MainThread  ] [WARNI]  a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00 [scrapy.core] INFO: a message": (DAY, "INFO"),
    "11/27/2026 10:00:00 AM WARNING:a message": (DAY, "WARNING"),
    "11-27 10:00 app.db       INFO     a message": (DAY, "INFO"),
    "app.db      : INFO     a message": ("", "INFO"),
    "INFO     a message": ("", "INFO"),
    "INFO 2026-11-27 10:00:00,123 views 7 140 a message": (DAY + ".123", "INFO"),
    "[2026-11-27 10:00:00,123: INFO/MainProcess] a message": (DAY + ".123", "INFO"),
    "[2026-11-27T10:00:00.123+0000] {taskinstance.py:12} INFO - a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123\tINFO worker.py:1 -- a message": (DAY + ".123", "INFO"),
    "INFO 11-27 10:00:00 [api_server.py:1] a message": (DAY, "INFO"),
    "[INFO|trainer.py:123] 2026-11-27 10:00:00,123 >> a message": (DAY + ".123", "INFO"),
    'INFO:     127.0.0.1:56198 - "GET / HTTP/1.1" 200 OK': ("", "INFO"),
    "\x1b[32mINFO\x1b[0m:     a message": ("", "INFO"),
    "[2026-11-27 10:00:00 +0000] [7] [INFO] a message": (DAY, "INFO"),
    "[2026-11-27 15:30:00 +0530] [7] [INFO] a message": (DAY, "INFO"),
    "2026-11-27 10:00:00.123 | INFO     | app:<module>:3 - a message": (DAY + ".123", "INFO"),
    "\x1b[32m2026-11-27 10:00:00.123\x1b[0m | \x1b[1mINFO    \x1b[0m | a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00 [info     ] a message                  a=1": (DAY, "info"),
    "\x1b[2m2026-11-27 10:00:00\x1b[0m [\x1b[32m\x1b[1minfo     \x1b[0m] a message": (DAY, "info"),
    "[I 261127 10:00:00 web:2243] 200 GET /": (DAY, "INFO"),
    "[W 2026-11-27 10:00:00.123 ServerApp] a message": (DAY + ".123", "WARNING"),
    "[C 2026-11-27 10:00:00,123] a message of Optuna": (DAY + ".123", "CRITICAL"),
    "[11/27/26 10:00:00] WARNING  a message                   app.py:12": (DAY, "WARNING"),
    "                    ERROR    of the same second          app.py:12": ("", "ERROR"),
    "[10:00:00] INFO     a message                            app.py:12": (DAY, "INFO"),
    "2026-11-27 10:00:00,123:app.db:WARNING:a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 :: WARNING :: a message": (DAY + ".123", "WARNING"),
    "WARNING|2026-11-27 10:00:00,123|a message": (DAY + ".123", "WARNING"),
    "Main  2026-11-27 10:00:00 +0000 INFO: Sanic v25.12.1": (DAY, "INFO"),
    "Srv 0 |2026-11-27 15:30:00 +0530 INFO: 127.0.0.1:47078 GET http://127.0.0.1:8000/ 200 2  0.2ms": (DAY, "INFO"),
    "\x1b[32m2026-11-27 10:00:00\x1b[0m \x1b[35mvm\x1b[0m \x1b[34mapp[7]\x1b[0m \x1b[1;30mERROR\x1b[0m a message": (
        DAY,
        "ERROR",
    ),
    "2026-11-27 10:00:00 vm agent.worker[3456] CRITICAL a message": (DAY, "CRITICAL"),
    "\x1b[1;31mCRITICAL\x1b[0m \x1b[34ma message in eight columns": ("", "CRITICAL"),
    "10:00:00 - LiteLLM:WARNING: main.py:1 - a message": (DAY, "WARNING"),
    "10:00:00 - LiteLLM Router:ERROR: main.py:1 - a message": (DAY, "ERROR"),
    "10:00:00 - app.db - ERROR - the store said:INFO: no": (DAY, "ERROR"),
    "[2026-11-27 10:00:00 - semantic_kernel:5 - WARNING] a message": (DAY, "WARNING"),
    "E0000 00:00:1795773600.123456   19927 port.cc:153] a message of Abseil": (DAY + ".123456", "ERROR"),
    "2026-11-27 10:00:00.123456: W tensorflow/core/a.cc:7] a message": (DAY + ".123456", "WARNING"),
    "10:00:00.123 | WARNING | prefect - a message": (DAY + ".123", "WARNING"),
    'at=INFO when="2026-11-27 10:00:00,123" name=app msg="a message"': (DAY + ".123", "INFO"),
    'at=WARNING msg="a \\"message\\""': ("", "WARNING"),
    "a=1 event='a message' level='info' timestamp='2026-11-27T10:00:00.123456Z'": (DAY + ".123456", "info"),
    "user={'id': 7} event='x' timestamp='2026-11-27T10:00:00Z' level='info'": (DAY, "info"),
    'b="x y" event=w level=warning timestamp=2026-11-27T10:00:00.123Z': (DAY + ".123", "warning"),
    '127.0.0.1 - - [27/Nov/2026 10:00:00] "GET / HTTP/1.1" 200 -': (DAY, ""),
    "(EngineCore_DP0 pid=123) WARNING 11-27 10:00:00 [core.py:58] a message": (DAY, "WARNING"),
    "\x1b[0;36m(APIServer pid=7)\x1b[0;0m INFO 11-27 10:00:00 [api_server.py:1] a message": (DAY, "INFO"),
    "(Worker pid=123, ip=10.0.0.7) 2026-11-27 10:00:00,123\tERROR worker.py:1 -- a message": (DAY + ".123", "ERROR"),
    "(ServeReplica:default:App pid=7) INFO 2026-11-27 10:00:00,123 default_App x -- a": (DAY + ".123", "INFO"),
    "(raylet) [2026-11-27 10:00:00,123 E 7 7] (raylet) worker_pool.cc:1: a message": (DAY + ".123", "ERROR"),
    "[2026-11-27 10:00:00,123 W 7 19] (gcs_server) a.cc:1: a message": (DAY + ".123", "WARNING"),
    "[2026-11-27 10:00:00,123] host-1.local/ERROR/locust.user.task: a message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00,123 (7/MainThread) newrelic.core.agent WARNING - a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00.123 7 kserve ERROR [model.py:load():1] a message": (DAY + ".123", "ERROR"),
    "2026-11-27T10:00:00+0000 [app.db#error] a message": (DAY, "error"),
    "[pid: 7|app: 0|req: 3/12] 10.0.0.7 () {32 vars in 400 bytes} [Fri Nov 27 10:00:00 2026] GET / => 3": (DAY, ""),
    "[pid: 7|app: -1|req: -1/12] ::1 (ann) {32 vars in 400 bytes} [Sat Nov  7 10:00:00 2026] POST /a": (
        "2026-11-07T10:00:00",
        "",
    ),
    # Dates as mails, C and their readers have them
    "2026-11-27 at 10:00:00 | INFO | a message": (DAY, "INFO"),
    "Fri Nov 27 10:00:00 2026 WARNING a message": (DAY, "WARNING"),
    "Fri Nov 27 10:00:00 2026 [pid 7] CONNECT: Client": (DAY, ""),
    "Fri Nov 27 10:00:00 2026 -> a message of ClamAV": (DAY, ""),
    "Sat Nov  7 10:00:00 2026 - INFO - a message": ("2026-11-07T10:00:00", "INFO"),
    "Fri Nov 27 10:00:00 UTC 2026 a message behind date": (DAY, ""),
    "Fri, 27 Nov 2026 15:30:00 +0530 WARNING a message": (DAY, "WARNING"),
    "Fri, 27 Nov 2026 10:00:00 GMT app:db a message": (DAY, ""),
    "[Fri, 27 Nov 2026 10:00:00 GMT] [ERROR] a message": (DAY, "ERROR"),
    "Fri Nov 27 2026 15:30:00 GMT+0530 (India Standard Time) a message": (DAY, ""),
    "[Fri Nov 27 2026 10:00:00 GMT+0000 (Coordinated Universal Time)] ERROR: x": (DAY, "ERROR"),
    "27.11.2026 10:00:00 WARNING a message": (DAY, "WARNING"),
    "27.11.2026 10:00:00.123 [main] INFO  app - a message": (DAY + ".123", "INFO"),
    "[27.11.2026 10:00:00,123] a message": (DAY + ".123", ""),
    "27-Nov-2026 10:00:00 WARN a message": (DAY, "WARN"),
    "27 Nov 2026 10:00:00 INFO a message": (DAY, "INFO"),
    "27 Nov 10:00:00 - [warn] a message of Node-RED": (DAY, "warn"),
    "Nov 27 2026 10:00:00 a message": (DAY, ""),
    "11/27/2026 10:00:00 AM a message": (DAY, ""),
    "27/11/2026 10:00:00 WARNING a message": ("", "WARNING"),
    "2026-11-27  1:00:00 0 [Warning] InnoDB: a message": ("2026-11-27T01:00:00", "Warning"),
    "[27-Nov-2026 10:00:00.123456] WARNING: pid 7, a message": (DAY + ".123456", "WARNING"),
    # Where else a level stands
    "[27/Nov/2026:10:00:00] ENGINE a message": (DAY, ""),
    "2026-11-27 10:00:00,123 \u2014 app.db \u2014 WARNING \u2014 a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 a.py:21 WARNING a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 a.py[line:21] WARNING a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 - a.py[line:21] - WARNING: a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 app.db(21) WARNING: a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 p7 {/app/a.py:21} WARNING - a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 (WARNING) a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 {WARNING} a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 <app.db> [WARNING] a message": (DAY + ".123", "WARNING"),
    "[2026-11-27 10:00:00,123 app.db WARNING] a message": (DAY + ".123", "WARNING"),
    "W 2026-11-27 10:00:00,123 a message": (DAY + ".123", "WARNING"),
    "[W] 2026-11-27 10:00:00,123 a message": (DAY + ".123", "WARNING"),
    "app.db:WARNING:a message": ("", "WARNING"),
    "[app.db][WARNING] a message": ("", "WARNING"),
    "[app.db] WARNING: a message": ("", "WARNING"),
    "[    INFO] a message": ("", "INFO"),
    "WARNING | a message": ("", "WARNING"),
    "    INFO: a message": ("", "INFO"),
    "2026-11-27 10:00:00,123; WARNING; a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 a.py:21 emit WARNING a message": (DAY + ".123", "WARNING"),
    "2026-11-27 10:00:00,123 fail2ban.filter         [7]: WARNING [sshd] a message": (DAY + ".123", "WARNING"),
    "[2026-11-27 10:00:00,123] kopf.objects         [WARNING ] a message": (DAY + ".123", "WARNING"),
    "WARNING:2026-11-27 10:00:00,123:app.db:a message": (DAY + ".123", "WARNING"),
    "1795773600.123456 WARNING a message": (DAY + ".123456", "WARNING"),
    "11-27 10:00:00 [WARNING] app.db | a message": (DAY, "WARNING"),
    "app.db - WARNING - a message": ("", "WARNING"),
    "ERROR app.db a message": ("", "ERROR"),
    "ERROR app: a message": ("", "ERROR"),
    "2026-11-27 10:00:00,123 TRAC a message of Supervisor": (DAY + ".123", "TRACE"),
    # Go
    "2026/11/27 10:00:00.123456 main.go:37: [Warn] a message of Fiber": (DAY + ".123456", "Warn"),
    "WARN ts=2026-11-27T10:00:00Z caller=a/main.go:27 msg=a": (DAY, "WARN"),
    "2026-11-27T10:00:00.123Z\tLevel(-2)\tapp/main.go:9\ta message": (DAY + ".123", "Level(-2)"),
    "2026/11/27 10:00:00 /app/main.go:48\n[warn] a message of GORM": (DAY, "warn"),
    "E261127 10:00:00.123456 7 server/a.go:1  [n1] 1  a message": (DAY + ".123456", "ERROR"),
    "[7] 2026/11/27 10:00:00.123456 [ERR] a message": (DAY + ".123456", "ERR"),
    "2026-11-27T10:00:00Z E! [inputs.cpu] a message": (DAY, "ERROR"),
    "2026/11/27 10:00:00 a message": (DAY, ""),
    "2026/11/27 10:00:00.123456 main.go:4: a message": (DAY + ".123456", ""),
    "app: 2026/11/27 10:00:00.123456 a message": (DAY + ".123456", ""),
    "2026/11/27 10:00:00 app: ERROR a message": (DAY, "ERROR"),
    "2026/11/27 10:00:00 WARN+2 a message": (DAY, "WARN+2"),
    "2026/11/27 10:00:00 http: Server closed": (DAY, ""),
    "I1127 10:00:00.123456   27755 main.go:7] a message": (DAY + ".123456", "INFO"),
    "time=2026-11-27T10:00:00.123Z level=INFO msg=hello": (DAY + ".123", "INFO"),
    'time="2026-11-27T10:00:00Z" level=warning msg=hello': (DAY, "warning"),
    "t=2026-11-27T10:00:00+0000 lvl=eror msg=hello": (DAY, "eror"),
    "time=2026-11-27T10:00:00Z level=30 msg=hello": (DAY, "30"),
    "level=info ts=2026-11-27T10:00:00.123Z caller=main.go:1 msg=hello": (DAY + ".123", "info"),
    "2026-11-27T10:00:00.123Z\tINFO\tgo/main.go:9\ta message": (DAY + ".123", "INFO"),
    "2026-11-27T10:00:00.123Z [WARN]  app: a message": (DAY + ".123", "WARN"),
    "2026-11-27T10:00:00Z ERR a message": (DAY, "ERR"),
    "\x1b[36mINFO\x1b[0m[2026-11-27T10:00:00Z] a message": (DAY, "INFO"),
    "INFO: 2026/11/27 10:00:00 main.go:4: a message": (DAY, "INFO"),
    "[ERROR] 2026/11/27 10:00:00 a message": (DAY, "ERROR"),
    "2026-11-27T10:00:00.123+0000\twarn\tapp\tmain.go:5\ta message": (DAY + ".123", "warn"),
    "logger=sqlstore t=2026-11-27T10:00:00.123Z level=warn msg=hello": (DAY + ".123", "warn"),
    'source="main.go:5" time="2026/11/27 10:00:00" level=warn msg=hello': (DAY, "warn"),
    "panic: runtime error": ("", "panic"),
    "W20261127 10:00:00.123456   255 main.cc:7] a message": (DAY + ".123456", "WARNING"),
    "[GIN] 2026/11/27 - 10:00:00 | 200 |     1.2ms | 127.0.0.1 | GET /": (DAY, ""),
    "\x1b[33m  WARN\x1b[0m[0000] a message": ("", "WARN"),
    "10:00AM WRN a message": (DAY, "WARNING"),
    "2026/11/27 10:00:00 DEBU a message": (DAY, "DEBUG"),
    "2026/11/27 10:00:00 FATA app: a message": (DAY, "FATAL"),
    "2026-11-27T10:00:00Z ERR+4 a message": (DAY, "ERR+4"),
    'time="2026/11/27 10:00:00" level=warn msg=hello': (DAY, "warn"),
    "time=2026-11-27T10:00:00.123Z level=ERROR+4 msg=hello": (DAY + ".123", "ERROR+4"),
    # the JVM
    "2026-11-27 10:00:00 [main] app.Main.main()\nWARN: a message": (DAY, "WARN"),
    "2026-11-27 10:00:00,123 INFO  [main] app - a message": (DAY + ".123", "INFO"),
    "10:00:00.123 [main] WARN  app.Main -- a message": (DAY + ".123", "WARN"),
    "2026-11-27T15:30:00.123+05:30  INFO 7 --- [app] [main] a.b.C : a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00.123  INFO 7 --- [main] a.b.C : a message": (DAY + ".123", "INFO"),
    "Nov 27, 2026 10:00:00 AM app.Main main\nSEVERE: a message": (DAY, "SEVERE"),
    "Nov 27, 2026, 10:00:00\u202fAM app.Main main\nINFO: a message": (DAY, "INFO"),
    "Nov 27, 2026 10:00:00 AM io.vertx.ext.web.RoutingContext\nSEVERE: a message\njava.lang.Error": (DAY, "SEVERE"),
    "Nov 27, 2026 10:00:00 AM app\nSEVERE: a message": (DAY, "SEVERE"),
    "Nov 27, 2026 10:00:00 AM app.Main \nWARNING: a message": (DAY, "WARNING"),
    "Fri Nov 27 10:00:00 UTC 2026 Main main\nSEVERE: a message": (DAY, "SEVERE"),
    "Fri Nov 27 10:00:00 UTC 2026 app \nSEVERE: a message": (DAY, "SEVERE"),
    "2026-11-27 10:00:00 app.Main <init>\nWARNING: a message": (DAY, "WARNING"),
    "SEVERE: a message": ("", "SEVERE"),
    # Nim 2.2; R 4.5 and its rlang
    "W, [2026-11-27T10:00:00] -- app: a message": (DAY, "WARNING"),
    "N, [2026-11-27T10:00:00] -- app: a message": (DAY, "NOTICE"),
    "NOTICE a message": ("", "NOTICE"),
    "Error in g(3) : a message": ("", "Error"),
    'Warning in base::f(2, "a") : a message': ("", "Warning"),
    "Error in `g()`:\n! a message": ("", "Error"),
    # RabbitMQ 4 with three letters of a level, or four; lager 3; Elixir
    "1795773600123456 [ntc] a message": (DAY + ".123456", "notice"),
    "1795773600123456 [alt] a message": (DAY + ".123456", "alert"),
    "1795773600123456 [crt] a message": (DAY + ".123456", "crit"),
    "2026-11-27 10:00:00.123456+00:00 [emg] <0.213.0> a message": (DAY + ".123456", "emerg"),
    "2026-11-27 10:00:00.123456+00:00 [noti] <0.213.0> a message": (DAY + ".123456", "notice"),
    "2026-11-27 10:00:00.123456+00:00 [EMGC] <0.213.0> a message": (DAY + ".123456", "EMERG"),
    "2026-11-27 10:00:00 =ERROR REPORT====": (DAY, "ERROR"),
    "2026-11-27 10:00:00 =CRASH REPORT====\n  crasher:": (DAY, "ERROR"),
    "2026-11-27 10:00:00 =SUPERVISOR REPORT====": (DAY, "ERROR"),
    "emergency: a message": ("", "emergency"),
    # Haskell: monad-logger 0.3, Yesod, fast-logger 3.2, hslogger 1.3
    "27/Nov/2026:10:00:00 +0000 [Warn] a message @(main:Main Y.hs:12:53)": (DAY, "Warn"),
    "27/Nov/2026:15:30:00 +0530 [Debug#SQL] a message": (DAY, "Debug"),
    "[Info#SQL] a message; [] @(main:Main H.hs:17:6)": ("", "Info"),
    "[27/Nov/2026:10:00:00 +0000] [INFO] a message": (DAY, "INFO"),
    "[2026-11-27 10:00:00 UTC : app.db : NOTICE] a message": (DAY, "NOTICE"),
    # Akka 2.10, Pekko 1.2, WSO2 4, the JVM 17 with other decorations
    "[WARN] [11/27/2026 10:00:00.123] [main] [org.apache.pekko.actor.ActorSystemImpl(classic)] a message": (
        DAY + ".123",
        "WARN",
    ),
    "[INFO] [pekkoDeadLetter][11/27/2026 10:00:00.123] [classic-pekko.actor.default-dispatcher-5] "
    "[pekko://classic/user/none] a message": (DAY + ".123", "INFO"),
    "[ERROR] [01/02/2026 10:00:00.123] [sys-akka.actor.default-dispatcher-5] [akka://sys/user/a] a message": (
        "2026-01-02T10:00:00.123",
        "ERROR",
    ),
    "TID: [-1234] [api] [2026-11-27 10:00:00,123] [r-1]  INFO {app.Main} - a message": (DAY + ".123", "INFO"),
    "TID: [-1234] [] [2026-11-27 10:00:00,123] ERROR {app.Main} - a message": (DAY + ".123", "ERROR"),
    "[1795773600123ms][info][gc] a message": (DAY + ".123", "info"),
    "[1795773600123456789ns][warning][gc,heap     ] a message": (DAY + ".123456789", "warning"),
    "[1795773600123ms][7][info ][gc     ] a message": (DAY + ".123", "info"),
    "[2ms][info][gc] a message": ("", "info"),
    "[1795773600123ns][7][8][error][os] a message": ("", "error"),
    "OpenJDK 64-Bit Server VM warning: a message": ("", "warning"),
    "Java HotSpot(TM) 64-Bit Server VM warning: a message": ("", "warning"),
    # Log4j and Logback, with dates and fields that are joined in other ways
    "Nov 27, 2026 10:00:00 INFO a message": (DAY, "INFO"),
    "Nov 27, 2026, 10:00:00.123 [main] WARN app.Main - a message": (DAY + ".123", "WARN"),
    "Nov 7, 2026 10:00:00 INFO a message": ("2026-11-07T10:00:00", "INFO"),
    "27 Nov 10:00:00 INFO   [app.Main] - a message": (DAY, "INFO"),
    "27 Nov 10:00:00,123 [main] ERROR app.Main - a message": (DAY + ".123", "ERROR"),
    "[2026-11-27 10:00:00]-[main- INFO]-[M-main(5)]: a message": (DAY, "INFO"),
    "[2026-11-27 10:00:00,123]-[http-nio-8080-exec-1-ERROR]-[M-main(5)]: a message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00 [app.Main]-[main]-[main]-[5]-[INFO] a message": (DAY, "INFO"),
    # Logback 1.5, of itself and with the first pattern of its manual
    "10:00:00,123 |-ERROR in ch.qos.logback.core.FileAppender[F] - a message": (DAY + ".123", "ERROR"),
    "10:00:00,123 + WARN in ch.qos.logback.core.FileAppender[F] - a message": (DAY + ".123", "WARN"),
    "10:00:00,123 |-INFO in ch.qos.logback.classic.LoggerContext[default] - a message": (DAY + ".123", "INFO"),
    "792  [main] INFO  app.Main -- a message": ("", "INFO"),
    "[2026-11-27T10:00:00,123][INFO ][o.e.n.Node] [name] a message": (DAY + ".123", "INFO"),
    "2026-11-27 10:00:00,123 [myid:1] - INFO  [main:Main@1] - a message": (DAY + ".123", "INFO"),
    "26/11/27 10:00:00 INFO SparkContext: a message": (DAY, "INFO"),
    # Node
    "[2026-11-27T10:00:00.123] [INFO] cat - a message": (DAY + ".123", "INFO"),
    'info: a message {"timestamp":"2026-11-27T09:00:00Z"}': ("", "info"),
    "2026-11-27T10:00:00: a message": (DAY, ""),
    "2026-11-27T10:00:00.000Z info start": (DAY + ".000", "info"),
    "[Nest] 7  - 11/27/2026, 10:00:00 AM     LOG [Ctx] a message": (DAY, "LOG"),
    # Ruby, Rust, Perl, PHP, .NET
    "W, [2026-11-27T10:00:00.123456 #7]  WARN -- : a message": (DAY + ".123456", "WARN"),
    "2026-11-27T10:00:00.123Z pid=1 tid=abc INFO: a message": (DAY + ".123", "INFO"),
    "2026-11-27T10:00:00.327265Z  INFO req{user=1}: r: a message": (DAY + ".327265", "INFO"),
    "[2026-11-27T10:00:00Z INFO  crate::a] a message": (DAY, "INFO"),
    "2026/11/27 10:00:00 ERROR> p.pl:3 main:: - a message": (DAY, "ERROR"),
    "[2026-11-27T10:00:00.123456+00:00] app.INFO: a message [] []": (DAY + ".123456", "INFO"),
    "[2026-11-27 10:00:00] local.ERROR: a message": (DAY, "ERROR"),
    "[27-Nov-2026 10:00:00 UTC] PHP Warning:  a message": (DAY, "Warning"),
    "[27-Nov-2026 10:00:00 UTC] PHP Fatal error:  a message": (DAY, "FATAL"),
    "[27-Nov-2026 10:00:00] NOTICE: a message": (DAY, "NOTICE"),
    "2026-11-27 10:00:00.123 +00:00 [WRN] a message": (DAY + ".123", "WARNING"),
    "[10:00:00 INF] a message": (DAY, "INFO"),
    "fail: Microsoft.Hosting.Lifetime[14]": ("", "error"),
    "Nov 27 10:00:00.123 WARN a message, key: 1": (DAY + ".123", "WARN"),
    # servers
    "[27/Nov/2026 10:00:00,123] a message": (DAY + ".123", ""),
    '10.0.0.1 - - [27/Nov/2026:15:30:00 +0530] "GET / HTTP/1.1" 200 5 "-" "curl"': (DAY, ""),
    '10.0.0.1 - \\x22x [1/2] y\\x22 [27/Nov/2026:15:30:00 +0530] "GET / HTTP/1.1" 401 5 "-" "curl"': (DAY, ""),
    '::1 - a [b [27/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 5': (DAY, ""),
    'example.com:443 10.0.0.1 - bob [27/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5': (DAY, ""),
    "2026/11/27 10:00:00 [error] 7#7: *1 a message": (DAY, "error"),
    "[Fri Nov 27 10:00:00.123456 2026] [core:error] [pid 7:tid 8] a message": (DAY + ".123456", "error"),
    "2026-11-27 10:00:00.123 UTC [7] ERROR:  a message": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00.123 GMT [7] bob@shop LOG:  a message": (DAY + ".123", "LOG"),
    "2026-11-27 10:00:00.123 UTC [7] STATEMENT:  select 1": (DAY + ".123", ""),
    "2026-11-27T10:00:00.123456Z 0 [Note] [MY-1] [Server] a message": (DAY + ".123456", "NOTICE"),
    "7:M 27 Nov 2026 10:00:00.123 # a message": (DAY + ".123", "WARNING"),
    "Nov 27 10:00:00 host app[1]: a message": (DAY, ""),
    "<34>Nov 27 10:00:00 host app[1]: a message": (DAY, "crit"),
    "<165>1 2026-11-27T10:00:00.003Z host app 7 ID47 - a message": (DAY + ".003", "notice"),
    "2026-11-27T10:00:00.123456+00:00 host app[1]: a message": (DAY + ".123456", ""),
    # Dates and times in other forms; what each logger writes was run
    "2026-11-27 10:00:00.123 AM info: a message": (DAY + ".123", "info"),
    "[2026-11-27 10:00:00.123 PM] info: \ta message of winston": ("2026-11-27T22:00:00.123", "info"),
    "2026-11-27 1:00:00 PM WARN a message": ("2026-11-27T13:00:00", "WARN"),
    "2026-11-27 9:00:00.123456 - [warning] a message of KLogger": ("2026-11-27T09:00:00.123456", "warning"),
    "2026-11-27 10:00:00:123 +0000 [main] [WARN] app.Main - a message of slf4j-simple": (DAY + ".123", "WARN"),
    "2026/11/27 10:00:00:123 UTC [WARN] Main - a message of commons-logging": (DAY + ".123", "WARN"),
    "2026-11-27/10:00:00 [WRN] a message of seelog": (DAY, "WARNING"),
    "2026-11-27_10:00:00.123 [main] WARN  app.Main - a message": (DAY + ".123", "WARN"),
    "2026-11-27, 10:00:00 WARN a message": (DAY, "WARN"),
    "[2026-11-27][10:00:00][app::db][WARN] a message of fern": (DAY, "WARN"),
    "2026.11.27 10:00:00 WARNING app.Main !main!: a message of Helidon": (DAY, "WARNING"),
    "20261127 10:00:00.123 [main] WARN  app - a message": (DAY + ".123", "WARN"),
    "20261127T100000,123 WARN app.Main - a message": (DAY + ".123", "WARN"),
    "20261127T100000.123Z WRN a message": (DAY + ".123", "WARNING"),
    "20261127-10:00:00.123 [main] WARN a message": (DAY + ".123", "WARN"),
    "20261127 100000 WARN a message": (DAY, "WARN"),
    "20261127100000 WARN a message": (DAY, "WARN"),
    "20261127100000123 WARN app.Main - a message": (DAY, "WARN"),
    "2026-11-27 10:00 WRN a message": (DAY, "WARNING"),
    "[WARN] 2026/11/27 10:00 a message of golog": (DAY, "WARN"),
    "27 Nov 26 10:00 UTC WRN a message": (DAY, "WARNING"),
    "27 Nov 26 15:30 +0530 WRN a message": (DAY, "WARNING"),
    "Friday, 27-Nov-26 10:00:00 UTC WRN a message": (DAY, "WARNING"),
    "Fri Nov 27 15:30:00 +0530 2026 WRN a message": (DAY, "WARNING"),
    "Nov-27-2026 10:00:00: warn: a message": (DAY, "warn"),
    "27/Nov/2026 10:00:00 WARN a message": (DAY, "WARN"),
    "11/27/26 10:00:00 AM WRN a message": (DAY, "WARNING"),
    "26-11-27 10:00:00 WARN a message": ("", "WARN"),
    "27.11 10:00:00 WARN a message": ("", "WARN"),
    "Nov 27 10:00:00 WRN a message": (DAY, "WARNING"),
    "Nov 27 10:00:00 [warn] a message": (DAY, "warn"),
    "Nov 27 10:00:00.123456789\twarn\tapp/main.go:7\ta message": (DAY + ".123456789", "warn"),
    "Nov 27, 2026 10:00:00 AM WARNING a message": (DAY, "WARNING"),
    "####<Nov 27, 2026 10:00:00 AM UTC> <Warning> <Server> <host> a message of WebLogic": (DAY, "Warning"),
    "####<Nov 27, 2026, 10:00:00,123 AM UTC> <Info> <Server> <host> a message of WebLogic": (DAY + ".123", "Info"),
    # Seconds of 1970
    "1795773600 WARN a message": (DAY, "WARN"),
    "1795773600123 WARN a message": (DAY + ".123", "WARN"),
    "1795773600123456789 [Warn] a message of seelog": (DAY + ".123456789", "Warn"),
    "1795773600123456789\twarn\tapp/main.go:7\ta message of zap": (DAY + ".123456789", "warn"),
    "1.7957736001234567e+09\twarn\tapp/main.go:7\ta message of zap": (DAY + ".1234567", "warn"),
    "1.7957736001234567e+12\tinfo\tapp/main.go:7\ta message of zap": (DAY + ".1234567", "info"),
    "[WARN] [1795773600.123456789] [node]: a message of ROS 2": (DAY + ".123456789", "WARN"),
    "[ INFO] [1795773600.123456789]: a message of ROS": (DAY + ".123456789", "INFO"),
    # A time of day alone
    "[10:00:00] [Server thread/WARN]: a message of a game": (DAY, "WARN"),
    "[10:00:00 UTC] WARN: a message of pino-pretty": (DAY, "WARN"),
    "10:00:00.123 +00 [WRN] a message of LogTape": (DAY + ".123", "WARNING"),
    "10:00:00.123\twarn\tapp/main.go:7\ta message": (DAY + ".123", "warn"),
    "10:00:00.123 main ▶ WARN 004 a message of go-logging": (DAY + ".123", "WARN"),
    "\x1b[33m10:00:00.123 main ▶ NOTI 004\x1b[0m a message of go-logging": (DAY + ".123", "NOTICE"),
    "10:00:00.123[main]WARN app.Main - a message": (DAY + ".123", "WARN"),
    "(10:00:00) WARN a message": (DAY, "WARN"),
    "10:00 WARN a message": (DAY, "WARN"),
    "[10:00:00 AM] \u203a ⚠  warning   a message of signale": (DAY, "warning"),
    "[10:00:00 AM] [app] \u203a ✖  error     a message of signale": (DAY, "error"),
    "[11/27/2026] [10:00:00 AM] \u203a \u2139  info      a message of signale": (DAY, "info"),
    "10:00:00.123  ⚡ warning app·db               a message of LogTape": (DAY + ".123", "warning"),
    "2026-11-27 10:00:00.123   info    app·db               a message of LogTape": (DAY + ".123", "info"),
    "2026-11-27 10:00:00.123   warning app·db               a message of LogTape": (DAY + ".123", "warning"),
    # A level before the time
    "[INFO ] 2026-11-27 10:00:00 [main] app.Main: a message": (DAY, "INFO"),
    "[warn] 2026-11-27T10:00:00.123Z a message": (DAY + ".123", "warn"),
    "warn: 2026-11-27T10:00:00.123Z a message": (DAY + ".123", "warn"),
    "WARN  [10:00:00.123] (app/7): a message of pino-pretty": (DAY + ".123", "WARN"),
    "[WARN] 10:00:00 a message": (DAY, "WARN"),
    "[warn] 10:00:00 a message": (DAY, "warn"),
    "[WARN 10:00:00] a message": (DAY, "WARN"),
    "WARN: 10:00:00 a message": (DAY, "WARN"),
    "warn: 10:00:00 a message": (DAY, "warn"),
    "\x1b[33mWARN\x1b[0m[10:00:00.123] a message of logrus": (DAY + ".123", "WARN"),
    "\x1b[33mWARN\x1b[0m[11-27|10:00:00] a message of log15": (DAY, "WARN"),
    "\x1b[33mWARNING\x1b[0m[27 Nov 26 10:00 UTC] a message of logrus": (DAY, "WARNING"),
    "[app] [WARNING] 2026/11/27 10:00:00.123 a message": (DAY + ".123", "WARNING"),
    "[app] WARN 2026/11/27 10:00:00 a message of jWalterWeatherman": (DAY, "WARN"),
    "[main] 2026-11-27 10:00:00,123 WARN app.Main - a message": (DAY + ".123", "WARN"),
    '@timestamp="2026-11-27T10:00:00Z" @level=warning @message="a message"': (DAY, "warning"),
    # A level without a time
    "[main] WARN app.db.Main - a message of slf4j-simple": ("", "WARN"),
    "878  [main] WARN  app.db.Main - a message of Log4j 1": ("", "WARN"),
    "0    [main] WARN app.db.Main  - a message of Log4j 1": ("", "WARN"),
    "WARN (7 on host): a message of pino-pretty": ("", "WARN"),
    "warn\tapp\tapp/main.go:7\ta message of zap": ("", "warn"),
    "WARN\tapp/main.go:7\ta message of zap": ("", "WARN"),
    "\x1b[33mWARN\x1b[0m a message of logrus": ("", "WARN"),
    "\x1b[31merror\x1b[39m a message": ("", "error"),
    " WARN  a message of consola": ("", "WARN"),
    " WARN app: a message of Log4r": ("", "WARN"),
    "✖  error     a message of signale": ("", "error"),
    "npm ERR! code ELIFECYCLE": ("", "ERROR"),
    "npm WARN deprecated a package": ("", "WARN"),
    "npm error code ELIFECYCLE": ("", "error"),
    "ERR! app a message of npmlog": ("", "ERROR"),
    '"level"=0 "msg"="a message of logr" "a"=1': ("", "INFO"),
    '"level"=4 "msg"="a message of logr"': ("", "DEBUG"),
    '"msg"="a \\"message\\" of logr" "error"="boom"': ("", "ERROR"),
    '"ts"="2026-11-27 10:00:00.123456" "level"=0 "msg"="a message of logr"': (DAY + ".123456", "INFO"),
    '2026/11/27 10:00:00 main.go:7: "level"=1 "msg"="a message of stdr"': (DAY, "DEBUG"),
    '2026/11/27 10:00:00 main.go:7: "msg"="a message of stdr" "error"=null': (DAY, "ERROR"),
    # logrus, in the layouts of Go's package time
    'time="Fri, 27 Nov 2026 10:00:00 UTC" level=warning msg="a message"': (DAY, "warning"),
    'time="Fri, 27 Nov 2026 15:30:00 +0530" level=warning msg="a message"': (DAY, "warning"),
    'time="Friday, 27-Nov-26 10:00:00 UTC" level=warning msg="a message"': (DAY, "warning"),
    'time="27 Nov 26 15:30 +0530" level=warning msg="a message"': (DAY, "warning"),
    'time="Fri Nov 27 10:00:00 2026" level=warning msg="a message"': (DAY, "warning"),
    'time="Fri Nov 27 10:00:00 UTC 2026" level=warning msg="a message"': (DAY, "warning"),
    'time="Fri Nov 27 15:30:00 +0530 2026" level=warning msg="a message"': (DAY, "warning"),
    'time="Nov 27 10:00:00.123" level=warning msg="a message"': (DAY + ".123", "warning"),
    "\x1b[31mERRO\x1b[0m[Fri, 27 Nov 2026 10:00:00 UTC] a message of logrus": (DAY, "ERROR"),
    "\x1b[31mERRO\x1b[0m[Fri Nov 27 15:30:00 +0530 2026] a message of logrus": (DAY, "ERROR"),
    "\x1b[31mERRO\x1b[0m[Nov 27 10:00:00.123] a message of logrus": (DAY + ".123", "ERROR"),
    # Others
    "10:00:00:   3.56s \u2192 ab33bea4:good(1) delayed=3.56s": (DAY, ""),
    "10:00:00:   0.02s ! dd95c3d5:bad failed, ValueError: went wrong": (DAY, ""),
    "10:00:00 Worker 46e5d5da81a847a1aa932f355b8a56c0: default: tasks.good() (fe6b28f8)": (DAY, ""),
    "N1127 10:00:00.123456 3022 main.go:16] a message of go-logging": (DAY + ".123456", "NOTICE"),
    "C1127 10:00:00.123456 3022 main.go:16] a message of go-logging": (DAY + ".123456", "CRITICAL"),
    "27 11 2026 10:00:00.123 INFO a message of log4js": (DAY + ".123", "INFO"),
    "[27 11 2026 10:00:00.123] \x1b[33mWARN \x1b[39m 3202 a message of log4js": (DAY + ".123", "WARN"),
    "27 11 2026 10:00:00 [ERROR] a message of log4js": (DAY, "ERROR"),
    "[11/27/26 10:00:00] Error calling tool 'boom'          ": (DAY, ""),
    "=ERROR REPORT==== 27-Nov-2026::10:00:00.123456 ===\na message": (DAY + ".123456", "ERROR"),
    "=CRASH REPORT==== 27-Nov-2026::10:00:00.123456 ===\n  crasher:": (DAY + ".123456", "ERROR"),
    "=PROGRESS REPORT==== 7-Nov-2026::10:00:00 ===\n": ("2026-11-07T10:00:00", "INFO"),
    "PHP Warning:  Undefined variable $a in /app/a.php on line 4": ("", "Warning"),
    "PHP Fatal error:  Uncaught Error: Call to undefined function f() in /app/a.php:9": ("", "FATAL"),
    "Warning: Undefined variable $a in /app/a.php on line 4": ("", "Warning"),
    "Deprecated: a message in /app/a.php on line 4": ("", "NOTICE"),
    "Fatal error: Uncaught RuntimeException: boom in /app/a.php:5\nStack trace:\n#0 {main}": ("", "FATAL"),
    "2026-11-27T10:00:00Z\twarn\tapp/main.go:7\ta message of zap": (DAY, "warn"),
    "2026-11-27T10:00:00+0000 warning App: a message of Swift": (DAY, "warning"),
    "2026-11-27T10:00:00.123Z - warn - a message of winston": (DAY + ".123", "warn"),
    "2026-11-27 10:00:00.123 UTC [app] main -> ERRO 005 a message of Fabric": (DAY + ".123", "ERROR"),
    "2026-11-27 10:00:00.123456 W [7:main] App::Db -- a message of semantic_logger": (DAY + ".123456", "WARNING"),
    "2026-11-27 10:00:00.123 [main] app.Main.main() WARN: a message of tinylog": (DAY + ".123", "WARN"),
    "11-27 10:00:00.123  1234  1240 W ActivityManager: a message": (DAY + ".123", "WARNING"),
    "\x1b[2m2026-11-27 10:00:00.123 +00\x1b[0m \x1b[1m\x1b[33mWRN\x1b[0m \x1b[2mapp·db:\x1b[0m a": (
        DAY + ".123",
        "WARNING",
    ),
    "[Api] 7  - 11/27/2026, 10:00:00 AM    WARN [Ctx] a message": (DAY, "WARN"),
}
"""What loggers write, by default or by their manuals, to what is read of it."""

NOT_HEADS = [
    "{ level: 'easy', message: 'a message' }",
    "{ level: 'info' }",
    "{ a: { level: 'info', message: 'a message' } }",
    "{\n  a: {\n    level: 'info',\n    message: 'a message'\n  }\n}",
    "[1795773600123] a message",
    "fatal errors: a message",
    "I 11-27 was a Friday",
    *["a message", "", "Traceback (most recent call last):", "    at Object.<anonymous> (/app/u3.js:1:123)"],
    *["ValueError: 2026-11-27 10:00:00 is no date", "Error: boom", "Order 7 was placed on 2026-11-27 10:00:00"],
    *["2026-11-27 is a day", "10:00:00 is a time", "10:00AM is a time", "12:00PM LUNCH a", "  WARN [0000] a"],
    *["W20261127 is a day", "1764237600 bytes", "27/Nov/2026 was a Friday", "Error in module"],
    *[
        "Info about it",
        "warning signs",
        "Config: loaded",
        "config: loaded",
        "http: m-debug",
        "errors: 5",
        "INFORMED: no",
    ],
    *["12026-11-27 10:00:00", 'a 10.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET /"', "[section] INFO", "-1 INFO x"],
    *["at=home with x=1", "level of water=5", "x=1 is 2026-11-27", "debug=true", "query?level=info&x=1 was slow"],
    *["               ERROR in the text", "                    INFORMED  no", "a=1 b = level=info c"],
    *["Fri Nov 27 was a Friday", "Fri, 27 Nov 2026 is near", "27.11.2026 is a day", "11-27 10:00:00 was a time"],
    *["29.11.2026 10:00 INFO", "Friday Nov 27 10:00:00 2026", "27 Nov 10:00:00 was near", "1.2.3 - ERROR in x"],
    *["this - ERROR is a word", "Error 5: x", "12/25/2026 10:00:00 is near"],
    *[
        "10:00:00 info about it",
        "10:00:00 error rate falls",
        "00:05:12  done",
        "10:00 info desk",
        "10:00 Error: no such",
    ],
    *["[10:00:00] a message", "10:00:00.123 \u203a a message", "[10:00:00 AM] a message", "1795773600 errors"],
    *["1795773600 info about it", "20261127 was a Friday", "20261127100000 bytes", "[main] Info was there - or not"],
    *[
        "Warning: this is no notice of PHP's",
        "Warning: line 4",
        "Fatal error: no disk",
        "Deprecated: use b",
        "PHP Notice",
    ],
    *["Error in the text: x", "Error in line(3): x", "Error in `x`", "W, [2026-11-27] -- app", "NOTICEABLE x"],
    *["emergency exit: a", "1795773600123456 [alto] x", "[ntc] was it"],
    *["[Info #7] it is", "[Warn#7]"],
    *["TID: [-1234] is one", "OpenJDK 64-Bit Server VM (build 17)", "[2ms][info] was it", "[1795773600123ms] it took"],
    *["27 Nov 10:00:00 it was an ERROR", "Nov 27, 2026 was it", "27 Nov 10:00 INFO"],
    *["10:00:00 |-ERROR of ours", "792 [main] INFO app it -- is", "10:00:00 + ERROR in a sum"],
    *["=REPORT====", "=ERROR REPORT==== soon ===", "27 11 2026 was a Friday", "27 11 2026 10:00:00 was near"],
    *["10:00:00: 3.5s later", "00:05:12: done", "10:00:00 Worker 7: done", "10:00:00:   0.02s later"],
    *["C1127 is a room", "N1127 10:00:00 x", "[11/27/26 10:00:00] it was", 'time="Fri, 27 Nov 2026" x=1'],
    *["✖  errors     are many", "  ERROR  in a table", "Error\tin a table", "npm WARNING", "info\tand more\tof it"],
    *['"level"=high "msg"="x"', '"message"="ERROR"', "12 [x] ERROR is a word", "1.79577360e+09 INFO x"],
    *["started 2026/11/27 10:00:00 as always", "<3> is a heart", "slurmctld: errors were seen", "%4|soon", "%d of it"],
    *[
        "[ D 2026-11-27 was it",
        "[ D 2026-11-27 10:00:00.1234 x ]: a",
        "info -- x",
        "error-- x",
        "http --x",
        "\u2a2f is a product",
        "fatal-flaw --- x",
    ],
    *["web | 10:00:00 INFO x", "created-at | 2026-11-27 10:00:00", "10:00:00 web | x", "10:00:00 INFO.x | y"],
    *["+0000 2026-11-27 was it", "+0000 2026-11-27 10:00:00 errors", "+1 ERROR", "I1127 10:00:00.123456 main.go is"],
    *["  INFO   a table", "  WARN app was there", "  INFO app +5msec", " warning: x", "  info: x", " info about it"],
    *["\u25b2 [WARNING]", "\u2718 ERROR x", "\u2139 info about it", "\u2717 error [app", "[wrangler:errors] x"],
    *["a - b [27/Nov/2026] x", "[a: error] x", "27 Nov 10:00:00 - [disk] x", "a - b c [27/Nov/2026:10:00:00 +0000] x"],
    *["\x1b[30;46m  NAME   \x1b[0m \x1b[96ma\x1b[0m", "\x1b[30;101m         \x1b[0m \x1b[91msecond\x1b[0m"],
    *["2026/11/27 10:00AM is near", "2026/11/27 10:00AM Error: x"],
    *["10.0.0.7 - a - - [2026/11/27] x", "10.0.0.7 - a [2026/11/27 10:00:00] x"],
    *["app: warning signs", "[1127/100000] was it", "Gtk-Message: soon", "I[2026-11-27] x", "[rank0]: a message"],
    *["pid=7 tid=a was there", "0:00:12 WARN", "[12.5s][info", "(app:7): a message", "** a message **"],
    *["E [27/Nov/2026] was it", "CONNECT   Nov 27 is near", "    59:20261127 bytes", " 0(69) apples"],
    *[
        "10:00:00@62/x - y",
        "6b0954a0.171963d1 bytes",
        "0: : a message",
        "<W> is a tag",
        "Nov 27 10:00 was near",
        "11/27 10:00:00 was near",
    ],
    *["2026-11-27 10:00.00 was near", "2026-11-27 10:00.00 [sic] a message"],
    *["5576-INFORMED-a message", "ERROR-prone", "12-ERROR codes"],
    *[
        "27-Nov-26 was a Friday",
        "2026-11-27_10-00-00.log was written",
        "November 27, 2026 at 10:00 we met",
        "27/Nov/2026:10 of them",
        "26/11/27 10:00:00 was near",
        "Marketing 5",
    ],
    *[
        "TRACE /x HTTP/1.1",
        "TRACE * HTTP/1.1",
        "TRACE http://x/ HTTP/1.1",
        "note: 12 I think so",
        "lint: 1392 I said",
        "tox: 5 WARN",
        "wandb: ERRORS are many",
        "⚠️ 5 errors",
        "0:00:00.104509 | soon",
        "🐞 2026 was it",
    ],
    *["{'a': 'INFO'}", "{'level': 'INFO'", "{'time': 'soon', 'level': 'INFO'}"],
    *['{"time":"2026-11-27T10:00:00Z","level":"INFO"', "Note: ERROR 5 was seen", "Nov 27 is near", "\x1b[32m", "[]"],
]


def read(line: str, zone: str = "UTC", time_ns: int = NOON) -> tuple[str, str]:
    """Give the time without its zone, which is UTC, and the level; empty where there is none."""
    heads = TextHeads(zone).single(line.encode(), time_ns)
    stamp, level = heads.stamps[0], heads.levels[0]
    return (stamp or b"").decode().strip('"').removesuffix("Z"), (level or b"").decode().strip('"')


@pytest.mark.parametrize(("line", "meant"), HEADS.items())
def test_time_and_level_are_read_of_what_loggers_write(line: str, meant: tuple[str, str]) -> None:
    """Each form gives its time in UTC with the digits that it has, and its level in the line's own words."""
    assert read(line) == meant


@pytest.mark.parametrize("line", NOT_HEADS)
def test_what_is_no_head_says_nothing(line: str) -> None:
    """A date in a sentence, a word that is also a level, and a line that has neither."""
    assert read(line) == ("", "")


def test_level_words_after_a_time_must_stand_where_a_level_stands() -> None:
    """A time alone is a head, and a sentence behind it is a sentence."""
    assert read("2026-11-27 10:00:00 Unexpected ERROR seen") == (DAY, "")
    assert read("2026/11/27 10:00:00 INFORMATIVE message") == (DAY, "")
    assert read("2026-11-27 10:00:00 there were errors: 5") == (DAY, "")
    assert read("2026-11-27 10:00:00 errors: 5 of them") == (DAY, "")
    assert read("2026-11-27 10:00:00.123 [7] LOGIN of ann") == (DAY + ".123", "")
    assert read("2026-11-27 10:00:00.123 [7] all that is > 5") == (DAY + ".123", "")
    assert read("2026-11-27 10:00:00 error/log is full") == (DAY, "")
    assert read("Nov 27 10:00:00 there was an error\tin it") == (DAY, "")
    assert read("Nov 27 10:00:00 vm app: Error: a message") == (DAY, "")
    assert read("Nov 27 10:00:00 error [x] a message") == (DAY, "")
    assert read("2026-11-27 10:00:00 it failed (error): a message") == (DAY, "")
    assert read("2026-11-27 10:00:00 Unexpected (error) seen") == (DAY, "")
    assert read("2026-11-27 10:00:00 Starting up\nERROR: a message") == (DAY, "")
    assert read("Fri Nov 27 10:00:00 UTC 2026 Starting up\nERROR: a message") == (DAY, "")
    assert read("[WARN] [11/27/2026 10:00:00.123] a message") == ("", "WARN")
    assert read("2026-11-27 10:00:00 [not-an-ERROR] a message") == (DAY, "")
    assert read("2026-11-27 10:00:00.123 |-ERROR inside of it") == (DAY + ".123", "")
    assert read("2026/11/27 10:00:00 main() [E] x") == (DAY, "")
    assert read("2026/11/27 10:00:00 router.go:827: level=ERROR of it") == (DAY, "")
    assert read("2026-11-27T10:00:00.123Z\t error rate\tx") == (DAY + ".123", "")
    assert read("2026-11-27 10:00:00 see app.log ERROR of it") == (DAY, "")
    assert read("2026-11-27 10:00:00, then it failed, ERROR was seen") == (DAY, "")
    assert read("2026-11-27 10:00:00 no ERROR (5) was seen") == (DAY, "")
    assert read("2026-11-27 10:00:00 error rate; INFO; a") == (DAY, "")
    assert read('2026-11-27T10:00:00Z info a [1/2] [27/Oct/2026:15:30:00 +0530] "GET / HTTP/1.1"') == (DAY, "info")


@pytest.mark.parametrize("mark", ["[{}]", "[{:<8}]", "({})", "<{}>", "{}:"])
def test_a_level_with_a_mark_is_found_behind_what_logging_puts_before_it(mark: str) -> None:
    """A name, a process, a thread, a file and a line, a function: up to three of them, in any order and brackets."""
    fields = ["app", "app.db", "my-app:", "[app]", "(MainThread)", "[7]", "7", "ev.py:7", "main()"]
    for some in (each for count in (1, 2, 3) for each in product(fields, repeat=count)):
        line = " ".join(["2026-11-27 10:00:00", *some, mark.format("WARNING"), "disk is full"])
        assert (line, *read(line)) == (line, DAY, "WARNING")


@pytest.mark.parametrize("sep", [" ", " - ", " | ", "|", ";", "\t", ", "])
@pytest.mark.parametrize("level", ["WARN", "WARN ", " WARN", "[WARN]", "[WARN ]", "[ WARN]", "<WARN>", "|WARN|"])
def test_the_fields_of_a_pattern_may_stand_in_any_order(level: str, sep: str) -> None:
    """As Logback 1.5.18 writes them, told to: threads, names of classes, places and requests before or behind it."""
    dates = ["2026-11-27 10:00:00", "2026-11-27 10:00:00,123", "2026-11-27T10:00:00.123Z", "2026/11/27 10:00:00"]
    dates += ["27-Nov-2026 10:00:00.123", "27.11.2026 10:00:00.123", "Fri Nov 27 10:00:00 UTC 2026"]
    threads, request = ["[main]", "main", "<main>", "{main}", "http-nio-8080-exec-1"], "[agent,6e0c63257de34c92]"
    for date, thread, name in product(dates, threads, ["com.example.Worker", "[Worker]", "Worker.java:42"]):
        meant = (DAY + ".123" if "123" in date else DAY, "WARN")
        for fields in (
            (date, level, name),
            (date, thread, level, name),
            (date, request, thread, level, name),
            (level, date, thread, name),
            (level, f"[{date}]", name),
            (f"[{date}]", level, thread, name),
        ):
            line = sep.join([*fields, "order failed"])
            assert (line, *read(line)) == (line, *meant)


def test_zone_of_a_time_that_names_none_is_the_one_that_is_set() -> None:
    """So is a name that only this zone has; a name that it has not is no time, and is counted."""
    assert read("2026-11-27 10:00:00,5 INFO x", "Asia/Kolkata") == ("2026-11-27T04:30:00.5", "INFO")
    assert read("2026-11-27 10:00:00.123 IST [7] LOG:  x", "Asia/Kolkata") == ("2026-11-27T04:30:00.123", "LOG")
    assert read("2026-11-01 01:30:00.123 EST [7] LOG:  x", "America/New_York")[0] == "2026-11-01T06:30:00.123"
    assert read("2026-11-01 01:30:00.123 EDT [7] LOG:  x", "America/New_York")[0] == "2026-11-01T05:30:00.123"
    assert read("2026-11-27 11:00:00 CET INFO app.x a message", "Europe/Berlin") == (DAY, "INFO")
    assert read("[2026-11-27 11:00:00 CET] [INFO] a message", "Europe/Berlin") == (DAY, "INFO")
    assert read("2026-11-27 11:00:00 WAT [INFO] a message", "Africa/Lagos") == (DAY, "INFO")
    assert read("2026-11-27 21:00:00 AEDT a message", "Australia/Sydney") == (DAY, "")
    assert read("Fri Nov 27 11:00:00 CET 2026 INFO a message", "Europe/Berlin") == (DAY, "INFO")
    assert read("2026-11-27 11:00:00 CAT pictures", "Europe/Berlin") == (DAY, "")
    assert read("2026-11-27 11:00:00 CET INFO app.x a message") == ("", "INFO")
    heads = TextHeads("UTC").single(b"2026-11-27 10:00:00.123 CET [7] LOG:  x", NOON)
    assert (heads.stamps, heads.levels, heads.bad_times) == ([None], [b'"LOG"'], 1)


@pytest.mark.parametrize(
    ("line", "near", "meant"),
    [
        ("Dec 31 23:59:59 host app: x", datetime(2027, 1, 1, tzinfo=UTC), "2026-12-31T23:59:59"),
        ("Jan  1 00:00:01 host app: x", datetime(2026, 12, 31, 23, tzinfo=UTC), "2027-01-01T00:00:01"),
        ("I1231 23:59:59.000001   1 f.go:1] x", datetime(2027, 1, 1, tzinfo=UTC), "2026-12-31T23:59:59.000001"),
        ("Feb 29 10:00:00 host app: x", datetime(2025, 3, 1, tzinfo=UTC), "2024-02-29T10:00:00"),
        ("Jan  5 10:00:00 host app: x", datetime(2026, 12, 1, tzinfo=UTC), "2026-01-05T10:00:00"),
        ("Dec  5 10:00:00 host app: x", datetime(2026, 2, 1, tzinfo=UTC), "2025-12-05T10:00:00"),
        ("23:30:00.123 [main] INFO a - x", datetime(2026, 12, 1, 12, tzinfo=UTC), "2026-11-30T23:30:00.123"),
        ("12:30:00.123 [main] INFO a - x", datetime(2026, 12, 1, 12, tzinfo=UTC), "2026-12-01T12:30:00.123"),
        ("23:59:59.123 [main] INFO a - x", datetime(2027, 1, 1, 0, 1, tzinfo=UTC), "2026-12-31T23:59:59.123"),
    ],
)
def test_what_a_head_leaves_out_is_the_last_before_the_write(line: str, near: datetime, meant: str) -> None:
    """The year, or the day: what is written is not of half a year later. In JSON, a year is told the same way."""
    time_ns = int(near.timestamp()) * 10**9
    assert read(line, time_ns=time_ns)[0] == meant
    if line[0] in "DJF":
        stamp = TimestampReader("UTC").read(f'"{line[:15]}"'.encode(), time_ns)
        assert stamp == f'"{meant}Z"'.encode()


@pytest.mark.parametrize("time_ns", [-(10**30), 0, 253_402_300_799 * 10**9, 10**30])
def test_a_files_mtime_may_be_anything(time_ns: int) -> None:
    """The application can set it: what is nearest to it is then what can be."""
    for line in (
        "Nov 27 10:00:00 host app: x",
        "10:00:00.123 [main] INFO a - x",
        "I1127 10:00:00.123456   1 f.go:1] x",
    ):
        assert read(line, time_ns=time_ns)[0].endswith(("-11-27T10:00:00", "T10:00:00.123", "T10:00:00.123456"))


@given(st.lists(st.text(max_size=80)), st.sampled_from(["UTC", "America/New_York"]))
def test_any_text_is_read(lines: list[str], zone: str) -> None:
    """Whatever it is."""
    each = [line.encode(errors="replace") for line in lines]
    assert len(TextHeads(zone).read(each, NOON).stamps) == len(lines)


def test_what_was_read_for_one_block_is_no_memory_for_another() -> None:
    """A line without a year means another year in a block of another year."""
    heads, line = TextHeads("UTC"), b"Nov 27 10:00:00 host app: x"
    assert heads.read([line], NOON).stamps == [b'"2026-11-27T10:00:00Z"']
    assert heads.read([line], NOON + 365 * 86400 * 10**9).stamps == [b'"2027-11-27T10:00:00Z"']


@pytest.mark.parametrize(
    "line",
    [
        *("2026-02-30 10:00:00 INFO x", "2026-11-27 24:00:00 INFO x", "Feb 30 10:00:00 h a: x"),
        "2026-11-27 24:00:00.123 EST [7] LOG:  x",
    ],
)
def test_time_that_is_none_is_counted(line: str) -> None:
    """Its record gets the block's time, as one without any; the level is still read."""
    heads = TextHeads("UTC").read([line.encode(), b"2026-11-27 10:00:00 INFO x", b"x"], NOON)
    assert (heads.stamps, heads.bad_times) == ([None, b'"2026-11-27T10:00:00Z"', None], 1)


TAILS = [
    "",
    " ",
    "a message",
    " INFO x",
    "ERROR",
    ": ",
    "\nINFO: x",
    "\n",
    "\0",
    "\x1b[1m",
    " [error] ",
    " - a - WARN - ",
    "é",
]
drawn = st.tuples(
    st.sampled_from([*HEADS, *NOT_HEADS]),
    st.integers(0, 60),
    st.sampled_from([*TAILS, *HEADS]),
    st.text("0123456789", min_size=8, max_size=8),
    st.booleans(),
)


def _line(drawing: tuple[str, int, str, str, bool]) -> bytes:
    """Make a line of a head, cut somewhere or not, and of what follows it, with other digits or the same."""
    head, cut, tail, digits, other = drawing
    line = (head if cut > 40 else head[:cut]) + tail
    at = iter(digits * 100)
    return ("".join(next(at) if letter.isdigit() else letter for letter in line) if other else line).encode()


@example([b"[2026-11-27T10:00:00.123456+00:00] app.INFO: " + word for word in (b"", b"ERROR")], 1)
@example([b"2026/11/27 10:00:00 errors: ZE" + more for more in (b"BRA: [SHWNK-NWT5S] x", b"")], 1)
@example([b"", b"", b"", b"", b"Nov 27 10:00:00.123 ", b"Nov 27 10:00:00.123 WARN "], 1)
@example([b"[2026-11-27 10:00:00,123] host/ERROR/a: " + more for more in (b"", b"INFO x")], 1)
@example([b"info:[10:00:00 AM] a message"], 1)
@example([b"=ERROR REPORT==== 27-Nov-2026::10:00:00.123456 ===" + more for more in (b"", b" ")], 1)
@example([b"2026-11-27 10:00:00.123456 W [7:main]" + more for more in (b"", b" INFO x")], 1)
@example([b"[WARN] 10:00:00 ", b"[WARN] 10:00:00 INFO x"], 1)
@example([b"    INF", b"    INF: "], 1)
@example([b"[WARN] [11/27/2026 10:00:00.123] [a" + more for more in (b"", b"", b"", b"] [b] x")], 1)
@example([b"[INFO] [m][11/27/2026 10:00:00.123] [a" + more for more in (b"", b"", b"", b"] [b] x")], 1)
@example([b"", b"", b"Error\tapp\tapp/main.go:7\tx", b"", b"inf\tapp/main.go:7\tx", b"", b"level 5\ta.go:7\tx"], 1)
@example([b"WARNING: ", b"WARNING: Fri Nov 27 10:00:00 2026 -> a message"], 1)
@example([b"NOTICE    a", b"NOTICE    Nov 27 10:00:00.123 [7]: a message"], 1)
@example([b"(raylet) [2026-11-27 10:00:00,1" + more for more in (b"", b"", b" INFO x")], 1)
@example([b"2026-11-27 15:30 +34:5", b"2026-11-27 15:31 .5"], 1)
@example([b"", b".pk.pkg: 1392 W a message"], 1)
@example([b"", b"{\n  {\n  timestamp: '2026-11-27T10:00:00Z',\n  level: 'warn'\n}"], 1)
@settings(max_examples=400)
@given(st.lists(drawn.map(_line), max_size=40), st.integers(1, 4))
def test_many_lines_come_to_what_each_comes_to(lines: list[bytes], times: int) -> None:
    """Whatever the neighbours are, and whatever was read before."""
    _check(lines, times)


JS_DATE = "[Fri Nov 27 2026 10:00:00 GMT+0000"


def test_a_date_of_javascript_with_its_zones_name_is_no_other_date() -> None:
    """The name ends the head; a line that ends before it is another one."""
    _check([JS_DATE.encode(), (JS_DATE + " (Coordinated Universal Time)] ERROR: x").encode()], 1)


@pytest.mark.parametrize("end", ["", ";", "]", "-", "4", ".", " +00", " INFO x"])
def test_milliseconds_behind_a_colon_are_read_whatever_follows_them(end: str) -> None:
    """So slf4j-simple writes them; a line that ended there had them or not, by the line that was met before it."""
    _check([b"2026-11-27 10:00:00:123 +00", ("2026-11-27 10:00:00:125" + end).encode()], 1)


@settings(max_examples=400)
@given(st.sampled_from([*HEADS]), st.data())
def test_lines_that_begin_alike_come_to_what_each_comes_to(head: str, data: st.DataObject) -> None:
    """What follows the head that was learned of one line changes nothing of what is read of the others."""
    cut = data.draw(st.integers(1, len(head)))
    tails = st.sampled_from(
        [*TAILS, head[cut:], head[cut : cut + 5], "5", ".5", "Z", " UTC", " +0100", " EST [7] LOG:  "]
    )
    drawings = st.tuples(st.just(head[:cut]), st.just(60), tails, st.just("1234567890"), st.booleans())
    _check(data.draw(st.lists(drawings.map(_line), min_size=2, max_size=20)), 1)


FOLLOWS = [mark + word for mark in '\n\t/,;"=([|-+_a5:. Z>}@])\r' for word in ("", "INFO: x", " INFO x", "1")]


@pytest.mark.parametrize("learned", ["", " INFO x"])
def test_whatever_follows_a_head_is_read_as_in_a_line_alone(learned: str) -> None:
    """What must not follow a head is asked of each line, not of the one that its form was learned from."""
    for head in [*HEADS, "Fri Nov 27 10:00:00 2026", "Nov 27 2026 10:00:00 GMT+0100", "27-Nov-26 10:00 UTC"]:
        _check([(head + more).encode() for more in (learned, *FOLLOWS)], 1)


def _check(lines: list[bytes], times: int) -> None:
    heads = TextHeads("UTC")
    heads.read(lines[::2], NOON)
    read = heads.read(lines * times, NOON)
    each = [TextHeads("UTC").single(line, NOON) for line in lines] * times
    assert [*read.stamps] == [one.stamps[0] for one in each]
    assert [*read.levels] == [one.levels[0] for one in each]
    assert read.bad_times == sum(one.bad_times for one in each)


def test_a_line_that_goes_on_behind_its_head_is_read_within_bounds() -> None:
    """What no logger writes costs no more than what one does: repeated pieces of every form, up to a megabyte."""
    pieces = ["[a]", "a=b", "a=", "- a ", "|", "| a", "7", "a@b", ": ", "INFO", "(", "{", "[", " ", "a ", "a.", "Nov "]
    heads = TextHeads("UTC")
    for start in ("", "2026-11-27 10:00:00,123 ", "[", "time=2026-11-27T10:00:00Z ", "a.b ", "a=b "):
        for piece in pieces:
            began = time.process_time()
            heads.read([(start + piece * 300).encode(), b"x" * 2**20], NOON)
            assert time.process_time() - began < 0.2


def test_the_table_of_the_page_is_what_is_read() -> None:
    """Each line of docs/text-lines.md comes to the time and the level beside it."""
    page = (Path(__file__).parents[2] / "docs/text-lines.md").read_text().partition("## PARSE")[0]
    rows = [re.split(r"(?<!\\)\|", row)[2:5] for row in page.splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 30
    for row in rows:
        line, stamp, level = (cell.strip().strip("`") for cell in row)
        meant = line.replace(r"\|", "|").replace("⏎", "\n").replace("␉", "\t")
        assert (line, *read(meant)) == (line, stamp.removesuffix("Z"), level)
