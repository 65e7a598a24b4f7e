"""Which records go to which store: real daemons with conditions."""

import json
from pathlib import Path

from tests.e2e.conftest import StartLogship
from tests.e2e.harness import wait_until
from tests.e2e.receiver import Receiver


def _lines(count: int) -> str:
    levels = ("debug", "info", "WARNING", "error")
    records = [json.dumps({"level": levels[number % 4], "number": number}) for number in range(count)]
    return "\n".join([*records, "Traceback (most recent call last):", ""])


def test_errors_go_to_one_store_and_everything_to_another(
    new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """Each record goes to the sinks whose condition it meets; what is left out is counted, and all adds up."""
    (logs / "app.log").write_text(_lines(4000))
    logship = new_logship(paths=f"{logs}/*.log", sinks="stdout,http", http_url=receiver.url, http_when="level>=warning")
    with (tmp_path / "stdout").open("wb") as stdout:
        logship.start(stdout=stdout)
    receiver.wait_for_records(2000)
    wait_until(lambda: logship.metrics().totals("stdout")["delivered"][0] == 4001, "all records on stdout")
    totals = logship.check_conservation().totals("http")
    assert (totals["delivered"][0], totals["filtered"][0]) == (2000, 2001)
    assert {record["level"] for record in receiver.records()} == {"WARNING", "error"}
    assert logship.terminate() == 0
    assert len((tmp_path / "stdout").read_text().splitlines()) == 4001


def test_what_nobody_wants_is_not_read_again(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """Filtered lines are done with: a restart goes on behind them."""
    (logs / "app.log").write_text(_lines(1000))
    logship = new_logship(paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, http_when="level=never")
    logship.start()
    wait_until(lambda: logship.metrics().totals("http")["filtered"][0] == 1001, "all records filtered")
    assert logship.terminate() == 0
    logship.start(http_when="number=1")
    with (logs / "app.log").open("a") as file:
        file.write('{"number":1}\n')
    receiver.wait_for_records(1)
    assert logship.check_conservation().totals("http")["read"][0] == 1


def test_a_wrong_condition_ends_the_start(new_logship: StartLogship, logs: Path) -> None:
    """Exit 2, with the setting's name and what to write."""
    logship = new_logship(paths=f"{logs}/*.log", stdout_when="loud").start(ready=False)
    assert logship.exit_code() == 2
    said = logship.stderr.read_text()
    assert "LOGSHIP_STDOUT_WHEN" in said
    assert "write for example level>=warning" in said


def test_a_second_sink_of_a_kind_and_a_sample(new_logship: StartLogship, receiver: Receiver, logs: Path) -> None:
    """Each by its own name and condition; what the sample leaves out is counted for both, by its reason."""
    (logs / "app.log").write_text(_lines(4000))
    logship = new_logship(
        paths=f"{logs}/*.log",
        sinks="http,audit:http",
        http_url=receiver.url,
        http_when="level>=info and not number<2000",
        audit_url=receiver.url,
        audit_when="level>=error or ~^Traceback",
        sample="debug=0,error=0.5",
        file_fields="name,path,offset",
        drop_fields="num*",
    )
    logship.start()
    wait_until(lambda: logship.metrics().totals("audit")["read"][0] == 4001, "all records read")
    wait_until(lambda: logship.metrics().totals("audit")["in_flight"][0] == 0, "all records at their end")
    wait_until(lambda: logship.metrics().totals("http")["in_flight"][0] == 0, "all records at their end")
    page = logship.check_conservation()
    reasons = {
        reason: page.total("logship_sink_filtered_records_total", sink="audit", reason=reason)
        for reason in ("condition", "no_level", "sampled")
    }
    assert (reasons["condition"], reasons["no_level"]) == (3000, 0)
    assert sum(reasons.values()) == page.totals("audit")["filtered"][0]
    of_audit, of_http = (page.totals(name)["delivered"][0] for name in ("audit", "http"))
    assert 300 < of_audit - 1 < 700
    assert 1000 + 100 < of_http < 1000 + 400
    records = [*receiver.records()]
    assert len(records) == of_audit + of_http
    assert not any("number" in record for record in records)
    assert {record["log.file.path"] for record in records} == {f"{logs}/app.log"}
    assert logship.terminate() == 0
