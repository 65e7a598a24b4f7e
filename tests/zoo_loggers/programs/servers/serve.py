"""Run a server in a new folder, have it log the zoo's events, end it, and print its log.

``python -m tests.zoo_loggers.programs.servers.serve nginx-json``; its programs are found in ``PATH``.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

SECONDS = 20
REQUESTS = (("/zoo-2", 200), ("/zoo-3", 404), ("/zoo-4", 500), ("/zoo-7?q=a%22b", 200))


def free_port() -> int:
    """Give a port of loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def served(
    command: Sequence[object],
    port: int,
    stop: signal.Signals = signal.SIGTERM,
    stderr: IO[bytes] | None = None,
    executable: str | None = None,
) -> Iterator[None]:
    """Run a server from when it listens to its end."""
    words = [str(word) for word in command]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=stderr, executable=executable)
    try:
        wait_for(port, process)
        yield
    finally:
        process.send_signal(stop)
        process.wait(timeout=SECONDS)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody listens; ``RuntimeError`` when the process ends, or nobody does in time."""
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(process.returncode)


def get(port: int, *paths: str, body: bytes = b"") -> None:
    """Ask for each."""
    for path in paths:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        connection.request("POST" if body else "GET", path, body or None, {"User-Agent": 'zoo "1" \\ ü'.encode()})
        connection.getresponse().read()
        connection.close()


NGINX = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log info;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
        '"$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
    log_format escaped escape=json '{{"time":"$time_iso8601","request":"$request","status":$status,'
        '"upstream_seconds":$upstream_response_time,"agent":"$http_user_agent"}}';
    log_format plain '{{"msec":$msec,"time_local":"$time_local","request":"$request","status":$status,'
        '"length":$content_length,"agent":"$http_user_agent"}}';
    access_log {folder}/access.log {format};
    server {{
        listen 127.0.0.1:{port};
        client_body_buffer_size 1k;
        location /zoo-2 {{ return 200; }}
        location /zoo-3 {{ return 404; }}
        location /zoo-4 {{ return 500; }}
        location /zoo-7 {{ return 200; }}
        location /missing {{ root {folder}; }}
        location /buffered {{ proxy_pass http://127.0.0.1:{port}/zoo-2; }}
    }}
}}
"""


def nginx(folder: Path, kind: str) -> str:
    """Run nginx with an access log in a format, or for its error log."""
    port = free_port()
    folder.chmod(0o755)
    conf = folder / "nginx.conf"
    formats = {"json": "escaped", "json-default": "plain", "main": "main"}
    conf.write_text(NGINX.format(folder=folder, port=port, format=formats.get(kind, "combined")))
    with served(["nginx", "-p", folder, "-e", folder / "error.log", "-c", conf], port, signal.SIGQUIT):
        if kind == "error":
            get(port, "/buffered/zoo-3", body=b"x" * 5000)
            get(port, "/missing/zoo-4")
        else:
            get(port, *(path for path, _ in REQUESTS))
    return (folder / ("error.log" if kind == "error" else "access.log")).read_text()


APACHE = """
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DocumentRoot {folder}
{modules}
User www-data
Group www-data
ErrorLog {folder}/error.log
LogLevel info
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
CustomLog {folder}/access.log {format}
Redirect 404 /zoo-3
Redirect 500 /zoo-4
<Location /zoo-4-denied>
    Require all denied
</Location>
"""


def apache(folder: Path, kind: str) -> str:
    """Run Apache with an access log in a format, or for its error log."""
    port = free_port()
    found = shutil.which("apache2")
    if not found:
        raise RuntimeError("apache2")
    modules = Path(found).parents[1] / "lib/apache2/modules"
    names = ("mpm_event", "authz_core", "alias")
    lines = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in names)
    (folder / "apache.conf").write_text(
        APACHE.format(folder=folder, port=port, modules=lines, format="common" if kind == "common" else "combined")
    )
    for name in ("zoo-2", "zoo-7"):
        (folder / name).write_text("")
    folder.chmod(0o755)
    with served([found, "-DFOREGROUND", "-f", folder / "apache.conf"], port):
        if kind == "error":
            get(port, "/zoo-4-denied")
        else:
            get(port, *(path for path, _ in REQUESTS))
    return (folder / ("error.log" if kind == "error" else "access.log")).read_text()


SQL = """
DO $$BEGIN RAISE LOG 'zoo-2'; END$$;
DO $$BEGIN RAISE WARNING 'zoo-3'; END$$;
SELECT 1/0 AS "zoo-4";
DO $$BEGIN RAISE EXCEPTION E'zoo-6 went wrong\\nin two lines' USING DETAIL = 'a detail', HINT = 'a hint'; END$$;
DO $$BEGIN RAISE LOG E'zoo-9 of\\n\\nthree lines'; END$$;
"""


def postgres(folder: Path, kind: str) -> str:
    """Run PostgreSQL with its log on stderr, or in JSON."""
    port = free_port()
    data = folder / "data"
    folder.chmod(0o755)
    data.mkdir()
    user = [] if os.geteuid() else ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    if user:
        shutil.chown(data, "postgres", "postgres")
    run = [*user, "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run([str(word) for word in run], check=True, stdout=subprocess.DEVNULL)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "log_timezone": os.environ["TZ"],
        "fsync": "off",
    }
    if kind == "json":
        options |= {"log_destination": "jsonlog", "logging_collector": "on", "log_filename": "server.log"}
    command = [*user, "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "stderr.txt").open("wb") as stderr, served(command, port, signal.SIGINT, stderr):
        psql = ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-q"]
        subprocess.run(psql, input=SQL, text=True, check=True, capture_output=True)
    return (data / "log/server.json" if kind == "json" else folder / "stderr.txt").read_text()


RSYSLOG = """
module(load="imptcp")
input(type="imptcp" path="{folder}/socket")
action(type="omfile" file="{folder}/out.log" template="{template}")
"""
SEVERITIES = {"1": 7, "2": 6, "3": 4, "4": 3, "5": 2, "9": 6}


def rsyslog(folder: Path, kind: str) -> str:
    """Have rsyslog write the messages of an application."""
    templates = {
        "traditional": "RSYSLOG_TraditionalFileFormat",
        "file": "RSYSLOG_FileFormat",
        "rfc5424": "RSYSLOG_SyslogProtocol23Format",
    }
    conf, out = folder / "rsyslog.conf", folder / "out.log"
    conf.write_text(RSYSLOG.format(folder=folder, template=templates[kind]))
    modules = next(Path(str(shutil.which("rsyslogd"))).parents[2].glob("usr/lib/*-linux-gnu/rsyslog"))
    command = ["rsyslogd", "-n", "-f", str(conf), "-i", str(folder / "pid"), "-M", str(modules)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        until((folder / "socket").exists)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(folder / "socket"))
            stamp = time.strftime("%b %e %H:%M:%S")
            for number, severity in SEVERITIES.items():
                connection.sendall(f"<{8 + severity}>{stamp} host app[7]: zoo-{number} of a line\n".encode())
        until(lambda: out.exists() and "zoo-9" in out.read_text())
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)
    return out.read_text()


def until(true: Callable[[], bool]) -> None:
    """Return when it is so; ``TimeoutError``."""
    deadline = time.monotonic() + SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def redis(folder: Path, _: str) -> str:
    """Run Redis, whose log scripts write to."""
    port = free_port()
    log = folder / "redis.log"
    options = ["--port", port, "--save", "", "--logfile", log, "--dir", folder, "--loglevel", "debug"]
    scripts = ((1, "DEBUG"), (2, "NOTICE"), (3, "WARNING"))
    # the server and this tool are one program under two names
    with served(["redis-server", *options], port, executable=shutil.which("redis-check-rdb")):
        for number, level in scripts:
            run = f"redis.log(redis.LOG_{level},'zoo-{number}')"
            subprocess.run(["redis-cli", "-p", str(port), "eval", run, "0"], check=True, capture_output=True)
    return log.read_text()


def main(name: str) -> None:
    """Print the log."""
    server, _, kind = name.partition("-")
    with tempfile.TemporaryDirectory(prefix="served-") as folder:
        sys.stdout.write(globals()[server](Path(folder), kind))


if __name__ == "__main__":
    main(sys.argv[1])
