import gzip
import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from benchmarks.programs import MORE_PEERS, Peer, more_peers
from benchmarks.receiver import Kept, serve
from benchmarks.shippers import FIELDS, Job, Start

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CASES = [(peer, job) for peer in MORE_PEERS for job in peer.settings]


@pytest.fixture
def kept() -> Kept:
    """Give what a receiver has."""
    return Kept()


@pytest.fixture
def client(kept: Kept) -> Iterator[socket.socket]:
    """Give a connection to it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    thread = threading.Thread(target=serve, args=(theirs, kept))
    thread.start()
    ours.settimeout(10)
    yield ours
    ours.close()
    thread.join(10)
    assert not thread.is_alive()


def ask(client: socket.socket, head: str, body: bytes = b"") -> bytes:
    """Send a request; give the answer's first line."""
    client.sendall(head.encode().replace(b"\n", b"\r\n") + b"\r\n\r\n" + body)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += client.recv(65536)
    return answer.partition(b"\r\n")[0]


def post(client: socket.socket, body: bytes, *headers: str) -> bytes:
    """Send a body."""
    return ask(client, "\n".join(["POST / HTTP/1.1", f"Content-Length: {len(body)}", *headers]), body)


@pytest.mark.parametrize(("peer", "job"), CASES, ids=lambda each: each.name if isinstance(each, Peer) else str(each))
def test_a_peers_settings_are_whole(tmp_path: Path, peer: Peer, job: Job) -> None:
    """Nothing is left to fill in, and it adds the same five fields."""
    start = Start(job, tmp_path / "x.log", tmp_path, 1234, live=False)
    command = peer.command("/bin/true", start)
    files = [word.rpartition("=")[2] for word in command if word.endswith(".yaml")]
    text = Path(files[0]).read_text() if files else "\n".join(command)
    if files:
        assert yaml.safe_load(text)
    assert "1234" in text
    assert str(tmp_path / "x.log") in text
    assert not re.search("@[A-Z]+@", re.sub("#.*", "", text))
    for value in FIELDS.values():
        assert value in text
    assert not any(word.startswith("#") for word in command)


def test_a_peer_is_found_by_its_name_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And by PATH; what is not there is told. A Go program's version is in its file."""
    program = tmp_path / "a-peer"
    program.write_bytes(b"#!/bin/sh\nexit\nmod\tgithub.com/a/peer\tv1.52.1\th1:x\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    for peer in MORE_PEERS:
        monkeypatch.delenv(peer.name.upper(), raising=False)
    monkeypatch.setenv("VLAGENT", str(program))
    (found,), absent = more_peers()
    assert (found.name, found.version) == ("vlagent", "1.52.1")
    assert [each.partition(":")[0] for each in absent] == [peer.name for peer in MORE_PEERS if peer.name != "vlagent"]
    assert found.takes(Job("http", "gzip"))
    assert not found.takes(Job("elasticsearch", "none"))


def test_the_receiver_reads_what_peers_pack_and_quote(client: socket.socket, kept: Kept) -> None:
    """Zstd, gzip, and numbers that became strings."""
    assert post(client, zstd.compress(b'{"seq":"1","at":"5"}\n'), "Content-Encoding: zstd") == b"HTTP/1.1 200 OK"
    post(client, gzip.compress(b'{"seq": 2}\n'), "Content-Encoding: gzip")
    post(client, b'{"seq": 3}\n', "Content-Encoding: identity")
    report = kept.report()
    assert (report["lines"], report["distinct"], report["highest"]) == (3, 3, 3)


def test_the_receiver_reads_a_body_of_unknown_length(client: socket.socket, kept: Kept) -> None:
    """In pieces, of which one has an extension, and what comes behind it is a request of its own."""
    pieces = b'5;a=b\r\n{"seq\r\n6\r\n": 1}\n\r\n0\r\n\r\n'
    head = "POST / HTTP/1.1\nTransfer-Encoding: chunked"
    assert ask(client, head, pieces) == b"HTTP/1.1 200 OK"
    assert post(client, b'{"seq": 2}\n') == b"HTTP/1.1 200 OK"
    assert kept.report()["distinct"] == 2


def test_the_receiver_reads_opentelemetrys_records(client: socket.socket, kept: Kept) -> None:
    """Numbers are doubles or integers there; a record without a number is a line, too."""
    sent = ExportLogsServiceRequest()
    records = sent.resource_logs.add().scope_logs.add().log_records
    for number in (7, 8):
        record = records.add()
        record.attributes.add(key="seq").value.double_value = number
        record.attributes.add(key="at").value.int_value = number
    records.add().body.string_value = "first"
    post(client, sent.SerializeToString(), "Content-Type: application/x-protobuf")
    report = kept.report()
    assert (report["lines"], report["distinct"], report["highest"]) == (3, 2, 8)
    assert report["delays_ms"]


@pytest.mark.parametrize("fault", ["busy", "down", "hang"])
def test_the_receiver_can_fail(client: socket.socket, kept: Kept, fault: str) -> None:
    """With 503, or without an answer; nothing of it is taken, and its own pages are answered all the while."""
    assert ask(client, f"GET /_{fault} HTTP/1.1") == b"HTTP/1.1 200 OK"
    if fault == "busy":
        assert post(client, b'{"seq": 1}\n') == b"HTTP/1.1 503 Service Unavailable"
        ask(client, "GET /_up HTTP/1.1")
        post(client, b'{"seq": 2}\n')
    else:
        client.sendall(b'POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n{"seq": 1}\n')
        client.settimeout(0.3)
        if fault == "hang":
            with pytest.raises(TimeoutError):
                client.recv(1)
        kept.fault = "" if fault == "hang" else kept.fault
        client.settimeout(10)
        assert client.recv(1) == b""
    assert json.dumps(kept.report()["distinct"]) == ("1" if fault == "busy" else "0")
