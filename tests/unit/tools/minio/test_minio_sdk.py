"""The minio SDK: what we call of it, pinned; and what becomes of a server's refusals, over real HTTP."""

import inspect
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from minio import Minio
from pydantic import SecretStr

from tests.unit.tools.calling import refusal
from tests.unit.tools.http_answers import Answer, answering, nobody_there
from tools.minio.minio_store import MinioStore
from tools.minio.settings import MinioSettings
from tools.minio.store import ObjectStore, Page
from tools.result import ErrorCode

CALLS = {
    "__init__": {"endpoint", "access_key", "secret_key", "secure", "region", "http_client"},
    "list_buckets": set(),
    "make_bucket": {"bucket_name"},
    "remove_bucket": {"bucket_name"},
    "list_objects": {"bucket_name", "prefix", "recursive", "start_after"},
    "stat_object": {"bucket_name", "object_name"},
    "get_object": {"bucket_name", "object_name", "offset", "length"},
    "put_object": {"bucket_name", "object_name", "data", "length", "content_type", "part_size"},
    "remove_object": {"bucket_name", "object_name"},
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    assert set(inspect.signature(getattr(Minio, name)).parameters) >= CALLS[name]


@pytest.mark.parametrize("name", ["make_bucket", "stat_object", "get_object", "put_object", "remove_object"])
def test_arguments_that_we_pass_by_place(name: str) -> None:
    given = ["self", "bucket_name", "object_name", "data", "length"]
    parameters = list(inspect.signature(getattr(Minio, name)).parameters)
    ours = {"make_bucket": 2, "put_object": 5}.get(name, 3)
    assert parameters[:ours] == given[:ours]


def store(url: str, timeout: float = 5) -> MinioStore:
    keys = {"access_key": SecretStr("user"), "secret_key": SecretStr("s3cret-key")}
    return MinioStore(MinioSettings(endpoint=url, region="us-east-1", timeout=timeout, **keys))


def refused(status: int, code: str) -> Answer:
    xml = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>It says {code}.</Message><Resource>/box</Resource></Error>"
    return Answer(status, xml, {"content-type": "application/xml"})


CASES: dict[str, tuple[Answer, ErrorCode, str]] = {
    "no bucket": (refused(404, "NoSuchBucket"), ErrorCode.NOT_FOUND, "It says NoSuchBucket"),
    "no rights": (refused(403, "AccessDenied"), ErrorCode.PERMISSION_DENIED, "MINIO_ACCESS_KEY"),
    "unknown key": (refused(403, "InvalidAccessKeyId"), ErrorCode.PERMISSION_DENIED, "MINIO_SECRET_KEY"),
    "wrong secret": (refused(403, "SignatureDoesNotMatch"), ErrorCode.PERMISSION_DENIED, "MINIO_SECRET_KEY"),
    "not empty": (refused(409, "BucketNotEmpty"), ErrorCode.CONFLICT, "It says BucketNotEmpty"),
    "cannot": (refused(501, "NotImplemented"), ErrorCode.UNSUPPORTED, "It says NotImplemented"),
    "busy": (refused(503, "SlowDown"), ErrorCode.UNAVAILABLE, "try again in a minute"),
    "another server": (
        Answer(404, "<html>nginx</html>", {"content-type": "text/html"}),
        ErrorCode.UNAVAILABLE,
        "does not answer like an S3 server",
    ),
    "page instead of data": (
        Answer(200, "<html>Welcome", {"content-type": "text/html"}),
        ErrorCode.UNAVAILABLE,
        "does not answer like an S3 server",
    ),
    "credentials that expired": (refused(403, "ExpiredToken"), ErrorCode.PERMISSION_DENIED, "get new ones for MINIO_ACCESS_KEY"),
    "a wrong clock": (refused(403, "RequestTimeTooSkewed"), ErrorCode.PERMISSION_DENIED, "set this machine's clock"),
    "a full disk": (refused(507, "XMinioStorageFull"), ErrorCode.UNAVAILABLE, "disk of the server is full"),
    "connection broken off": (Answer(breaks=True), ErrorCode.UNAVAILABLE, "the connection broke off. Check MINIO_ENDPOINT"),
    "silence": (Answer(slow=True), ErrorCode.UNAVAILABLE, "does not answer in time. Check MINIO_ENDPOINT"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_failure_is_one_error_of_the_closed_set(case: str) -> None:
    served, code, words = CASES[case]
    with answering(served) as server:
        error = refusal(store(server.url, timeout=0.3).list, "box")
    assert error.code is code
    assert error.message.startswith("could not list bucket `box`: ")
    assert server.url in error.message
    assert words in error.message
    assert "s3cret-key" not in error.message


def test_nobody_there() -> None:
    url = nobody_there()
    error = refusal(store(url).buckets)
    assert error.code is ErrorCode.UNAVAILABLE
    assert url in error.message


READS: dict[str, Callable[[ObjectStore], object]] = {
    "read": lambda s: s.read("box", "key"),
    "open": lambda s: s.open("box", "key").__enter__(),
    "stat": lambda s: s.stat("box", "key"),
    "delete": lambda s: s.delete("box", "key"),
    "put": lambda s: s.put("box", "key", io.BytesIO(b"x"), 1),
    "create_bucket": lambda s: s.create_bucket("new-box"),
    "delete_bucket": lambda s: s.delete_bucket("box"),
    "buckets": lambda s: s.buckets(),
}


@pytest.mark.parametrize("call", READS)
def test_every_call_says_what_it_could_not_do(call: str) -> None:
    with answering(refused(403, "AccessDenied")) as server:
        error = refusal(READS[call], store(server.url))
    assert error.code is ErrorCode.PERMISSION_DENIED
    assert error.message.startswith("could not ")


@pytest.mark.parametrize("size", [3, 5])
def test_another_size_than_announced_is_never_sent(size: int) -> None:
    with answering(Answer(200, "", {"etag": '"x"'})) as server:
        error = refusal(store(server.url).put, "box", "key", io.BytesIO(b"four"), size)
    assert error.code is ErrorCode.INVALID_ARGUMENT
    assert [r for r in server.requests if r[0] == "PUT"] == []


def test_reading_nothing_or_behind_the_end_is_empty() -> None:
    with answering(refused(416, "InvalidRange")) as server:
        assert store(server.url).read("box", "key", 0, 0) == b""
        assert store(server.url).read("box", "key", 10, 5) == b""
    assert [headers["range"] for _, _, headers in server.requests] == ["bytes=10-14"]


def listing(*, keys: list[str], prefixes: list[str]) -> Answer:
    """As servers answer: all objects first, all prefixes after them."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    contents = "".join(f"<Contents><Key>{k}</Key><LastModified>{now}</LastModified><Size>1</Size></Contents>" for k in keys)
    common = "".join(f"<CommonPrefixes><Prefix>{p}</Prefix></CommonPrefixes>" for p in prefixes)
    xml = f"<ListBucketResult><Name>box</Name><IsTruncated>false</IsTruncated>{contents}{common}</ListBucketResult>"
    return Answer(200, xml, {"content-type": "application/xml"})


def names(page: Page) -> list[str]:
    return sorted([o.key for o in page.objects] + page.prefixes)


def test_objects_and_prefixes_of_an_answer_are_merged_before_they_are_cut() -> None:
    with answering(listing(keys=["b", "d"], prefixes=["a/", "c/"])) as server:
        first = store(server.url).list("box", limit=2)
        assert (names(first), first.next_token) == (["a/", "b"], "b")
        second = store(server.url).list("box", limit=2, start_after="b")
        assert (names(second), second.next_token) == (["c/", "d"], None)


def test_a_server_that_lists_the_prefix_again_that_a_page_ended_with() -> None:
    with answering(listing(keys=["b"], prefixes=["a/"])) as server:
        assert names(store(server.url).list("box", limit=5, start_after="a/")) == ["b"]


@pytest.mark.parametrize(
    ("endpoint", "address"), [("minio:9000", "http://minio:9000"), ("https://s3.example.org/", "https://s3.example.org")]
)
def test_addresses(endpoint: str, address: str) -> None:
    assert MinioStore(MinioSettings(endpoint=endpoint)).address == address
    assert MinioStore(MinioSettings(endpoint="s3.example.org", secure=True)).address == "https://s3.example.org"
