from pathlib import Path

import pytest

from logship.sinks.http import Settings as HttpSettings
from tests.settings.test_loading import faults, load

URLS = {"HTTP_URL": "http://a", "AUDIT_URL": "http://b"}


def test_a_kind_may_be_there_twice_under_a_name_of_your_own() -> None:
    """Each has its own settings; in the order in which they are written, in any case, with blanks."""
    resolved = load(SINKS="http, Audit : HTTP,stdout", **URLS, AUDIT_WHEN="level>=error", AUDIT_METHOD="PUT")
    assert list(resolved.sinks) == ["http", "audit", "stdout"]
    assert (resolved.sinks["http"].url, resolved.sinks["audit"].url) == ("http://a", "http://b")
    assert isinstance(resolved.sinks["audit"], HttpSettings)
    assert (resolved.sinks["http"].method, resolved.sinks["audit"].method) == ("POST", "PUT")
    assert [resolved.kind(name) for name in resolved.sinks] == ["http", "http", "stdout"]
    assert resolved.warnings == ()


def test_its_settings_are_read_from_everywhere(tmp_path: Path) -> None:
    """Flags, files in the secrets folder, ``_FILE``; of a secret only the place is kept."""
    (tmp_path / "logship_audit_url").write_text("http://c\n")
    (tmp_path / "token").write_text("hunter2")
    resolved = load(
        {"LOGSHIP_AUDIT_METHOD": "PATCH"},
        SINKS="audit:http",
        SECRETS_DIR=str(tmp_path),
        AUDIT_BEARER_TOKEN_FILE=str(tmp_path / "token"),
    )
    audit = resolved.sinks["audit"]
    assert (audit.url, audit.method, audit.bearer_token.path) == ("http://c", "PATCH", str(tmp_path / "token"))


def test_faults_name_its_variables() -> None:
    """Also those that the sink itself finds, and the nearest name of an unknown one."""
    assert faults(SINKS="audit:http") == ["LOGSHIP_AUDIT_URL: is not set, and there is no default: where to send"]
    assert faults(SINKS="audit:http", AUDIT_URL="ftp://x")[0].startswith("LOGSHIP_AUDIT_URL")
    assert faults(SINKS="audit:http", AUDIT_URL="http://x", AUDIT_METHD="PUT") == [
        "LOGSHIP_AUDIT_METHD: is no setting; did you mean LOGSHIP_AUDIT_METHOD?"
    ]
    assert faults(SINKS="audit:http", AUDIT_URL="http://x", AUDIT_WHEN="loud")[0].startswith("LOGSHIP_AUDIT_WHEN: ")
    assert load(SINKS="audit:http", **URLS).warnings == ("LOGSHIP_HTTP_URL: is set, but http is not in LOGSHIP_SINKS",)


@pytest.mark.parametrize(
    ("sinks", "fault"),
    [
        ("2nd:http", '"2nd:http" has no name that a setting can begin with; write small letters, digits and _'),
        (":http", '":http" has no name that a setting can begin with'),
        ("au-dit:http", '"au-dit:http" has no name that a setting can begin with'),
        (
            "batch:http",
            '"batch:http" begins as LOGSHIP_BATCH_MAX_BYTES does; choose another name, for example my_batch',
        ),
        ("log:http", '"log:http" begins as LOGSHIP_LOG_LEVEL does'),
        ("paths:http", '"paths:http" begins as LOGSHIP_PATHS does'),
        ("secrets:http", '"secrets:http" begins as LOGSHIP_SECRETS_DIR does'),
        ("port:http", '"port:http" begins as LOGSHIP_PORT does'),
        ("loki:http", '"loki:http" is called as a kind of sink is; write loki alone, or another name'),
        ("audit:htpp", '"htpp" is no sink; did you mean http?'),
        ("http:audit", '"audit" is no sink; the name comes first: audit:http'),
        ("stdout:", '"stdout:" has no kind behind its colon; write stdout'),
        ("http:2nd", '"2nd" is no sink; there are cloudwatch'),
        ("http:log", '"log" is no sink; there are cloudwatch'),
        ("audit:", '"" is no sink; there are cloudwatch'),
        ("a:http,a:stdout", '"a" is there twice'),
        ("http,http", '"http" is there twice; call one of them otherwise, http_2:http'),
        ("a:stdout,stdout", '"a" and "stdout" would both write on standard output, and tear lines; keep one'),
        (
            "a:elasticsearch,a_api:kafka",
            '"a" and "a_api" would both read LOGSHIP_A_API_KEY_FILE; call one of them otherwise',
        ),
    ],
)
def test_a_name_that_can_not_be_is_a_fault(sinks: str, fault: str) -> None:
    """With what to write."""
    found = [each for each in faults(SINKS=sinks) if each.startswith("LOGSHIP_SINKS: ")]
    assert [each for each in found if each.startswith(f"LOGSHIP_SINKS: {fault}")], found


def test_what_has_no_kind_is_told_once() -> None:
    """Another fault of its name would be gone with it."""
    assert faults(SINKS="stdout:") == ['LOGSHIP_SINKS: "stdout:" has no kind behind its colon; write stdout']


def test_raw_lines_and_standards_go_by_the_kind() -> None:
    """A standard's variables are for the sink that is called as its kind: else both would send to one place."""
    assert faults(SINKS="a:loki", A_URL="http://x", FORMAT="raw") == [
        'LOGSHIP_SINKS: "a:loki" takes no raw bytes; set LOGSHIP_FORMAT to auto or text'
    ]
    assert load(SINKS="a:http", A_URL="http://x", FORMAT="raw").sinks["a"].url == "http://x"
