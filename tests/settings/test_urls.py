import pytest

from logship.settings.urls import with_path


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("http://h", "http://h/loki/api/v1/push"),
        ("http://h/?a=b", "http://h/loki/api/v1/push?a=b"),
        ("http://h/insert/loki", "http://h/insert/loki/api/v1/push"),
        ("http://h/insert/loki/?a=b", "http://h/insert/loki/api/v1/push?a=b"),
        ("http://h/insert", "http://h/insert/loki/api/v1/push"),
        ("http://h/loki/api/v1/push", "http://h/loki/api/v1/push"),
        ("http://h/loki/api/v1", "http://h/loki/api/v1/push"),
        ("http://h/gate/push?a=b", "http://h/gate/push?a=b"),
    ],
)
def test_an_address_gets_what_it_lacks_of_the_path(url: str, whole: str) -> None:
    """A whole address stays, and so does a query; the beginning of the path is gone on with."""
    assert with_path(url, "/loki/api/v1/push") == whole
