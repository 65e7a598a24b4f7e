"""What to do about a failure, by its reason; for ``check`` and for the daemon's own messages."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "authentication": "user, password or mechanism is refused: check USERNAME, PASSWORD and SASL_MECHANISM",
    "bad_response": "the answer makes no sense: check the URL; a server that can't unpack gzip needs COMPRESSION=none",
    "cluster_authorization_failed": "the user may not write idempotently: allow it IdempotentWrite on the cluster",
    "document_id_not_supported": "the store takes no ids: set LOGSHIP_ELASTICSEARCH_IDS=false",
    "dns": "the name has no address: check the name and the cluster's DNS",
    "failure_store": "the store keeps it in its failure store, not in the index: check the mapping and the pipeline",
    "http_400": "the store can't read what it was sent: check URL and format (LOGSHIP_HTTP_FORMAT=json, or "
    "LOGSHIP_OTLP_PROTOCOL=http/protobuf)",
    "grpc_port": "4317 is the port of gRPC: OTLP over HTTP is at 4318 as a rule",
    "http_415": "the store takes no such format: for the sink http, try LOGSHIP_HTTP_FORMAT=json",
    "http_401": "the credentials are refused: check user and password, token or API key",
    "http_403": "the credentials are known but not allowed to write here",
    "http_404": "there is nothing at this address: check the path or the index",
    "http_405": "this address takes no such request: check URL and method",
    "http_413": "the request is too large: lower LOGSHIP_BATCH_MAX_BYTES",
    "http_429": "the server is busy: it should pass",
    "timeout": "no answer in time: check firewall, network policy and load",
    "AccessDeniedException": "the key is known but not allowed to do this: check its policy",
    "InvalidSignatureException": "the secret key is wrong, or this node's clock is",
    "UnrecognizedClientException": "the access key is not known: check it, and the region",
    "connection_refused": "nothing listens there: check host and port",
    "connection_reset": "the connection was cut: check that TLS (https) or its absence fits the port",
    "no_ack": "the token gives no acknowledgements: enable them for it, or set LOGSHIP_SPLUNK_ACK=false",
    "not_otlp": "a web page answers there: check host, port and path",
    "web_page": "a web page answers there, a login or a proxy's own perhaps: check host, port and path",
    "disk_full": "make room, or mount a larger volume",
    "in_use": "another process writes there under this prefix: stop it, or set another PREFIX",
    "permission_denied": "give the folder to this user, or mount a volume there",
    "read_only": "mount the volume without readOnly",
    "secret": "a secret can't be read: check that its file is mounted and not empty",
    "tls": "TLS failed: check the CA file and the host name in the certificate",
    "tls_expired": "the server's certificate is not valid now: renew it, or set this node's clock",
    "tls_not_spoken": "the port does not speak TLS: check that http/https fits it",
    "tls_unknown_ca": "the server's certificate is signed by an unknown CA: set CA_FILE",
    "tls_wrong_name": "the server's certificate is for another host: check the host name",
    "index_missing": "the index is not there, or closed: create or open it",
    "index_not_found_exception": "there is no such index, and the server makes none: create it",
    "index_template_missing": "no index template covers the data stream: install one",
    "mapper_parsing_exception": "check the index and its mapping",
    "document_parsing_exception": "check the index and its mapping",
    "strict_dynamic_mapping_exception": "the mapping takes no new fields: check the index and its mapping",
    "no_write_index": "the alias has no write index: finish the rollover, or set is_write_index",
    "pipeline_missing": "there is no such ingest pipeline: create it, or check PIPELINE",
    "shard_limit": "the cluster may have no more shards: delete old indexes, or raise cluster.max_shards_per_node",
    "cluster_block_exception": "the index is blocked, or read-only for want of disk: see the cluster's health",
    "topic_authorization_failed": "the user may not write to the topic: allow it Write and Describe",
    "unknown_topic_or_part": "there is no such topic: create it, or name another in TOPIC",
    "over_18_hours": "Datadog shows what is up to 18 hours old: ship in time, or mend the application's clock",
    "bad_request_setting": "a header or the address can't be sent: check the characters of URL and HEADERS",
    "circuit_breaking_exception": "the store is short of memory: lower LOGSHIP_BATCH_MAX_BYTES, or give it more",
    "es_rejected_execution_exception": "the store is busy: it should pass; else it needs more nodes",
    "http_408": "the store gave up waiting for the request: check network and proxy",
    "http_500": "the store failed: see its log",
    "http_502": "what is in front of the store can't reach it: see whether the store runs",
    "http_503": "the store, or what is in front of it, takes nothing now: see whether it is overloaded or starting",
    "http_504": "what is in front of the store waits for it in vain: see whether it is overloaded",
    "index_closed_exception": "the index is closed: open it",
    "internal_error": "a fault of logship's own: please report the message `the sink failed`",
    "no_project": "the credentials name no project: set LOGSHIP_GCL_PROJECT",
    "proxy": "the proxy can't be reached, or refuses: check HTTPS_PROXY and NO_PROXY",
    "throttled": "the store limits how much it takes: it should pass, or raise its limit",
    "token": "the authorization server gives no token: check OAUTH_TOKEN_URL, OAUTH_CLIENT_ID and its secret",
    "too_large": "the request is too large: lower LOGSHIP_BATCH_MAX_BYTES",
    "unavailable_shards_exception": "shards of the index are not there: see the cluster's health",
    "unreachable": "no way leads there: check network, routes and network policy",
    "write_failed": "the disk, or the reader of the output, fails: see the node's log",
}
REDIRECTED: Final = "the store is somewhere else: set the URL to where it sends, redirects are not followed"
REFUSED: Final = (
    "the store's words are with each record in dead-letter/{sink}.ndjson in the state folder: mend the cause"
)
REPLAY: Final = "then run `logship replay`"
GIVEN_UP: Final = "the store could not take them within LOGSHIP_RETRY_LIMIT_SECONDS: once it can, run `logship replay`"


def advice(reason: str) -> str:
    """Say what to do about a failure; empty where nothing better is known than to look at the store."""
    return ADVICE.get(reason, REDIRECTED if reason.startswith("http_3") else "")
