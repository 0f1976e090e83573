"""Servers that speak HTTP in their own way, or hardly at all."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi
from esi_fetch.errors import AttemptTimedOutError, BrokenBodyError, ConnectionFailedError, NoAnswerError

Say = Callable[[int], tuple[bytes, bool]]


@pytest.fixture
def says() -> Iterator[Callable[..., str]]:
    """Start servers that send given bytes for each request; return their URLs."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(
        reply: bytes | None,
        *,
        closes: bool = False,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> str:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, 0), family=family)
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError):
                    if tls is not None:
                        connection = tls.wrap_socket(connection, server_side=True)
                    with connection, connection.makefile("rb") as stream:
                        while reply is not None and stream.readline():
                            while stream.readline() not in (b"\r\n", b""):
                                pass
                            connection.sendall(reply)
                            if closes:
                                break

        threads.append(threading.Thread(target=serve, daemon=True))
        threads[-1].start()
        place = f"[{host}]" if ":" in host else host
        return f"{'http' if tls is None else 'https'}://{place}:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(5)


def get(url: str, **settings: Any) -> Any:
    with Esi(base_url=url, local=False, **{"retries": 0, **settings}) as esi:
        return esi.get("GetStatus")


def http(body: bytes, *headers: str, version: str = "1.1", status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/{version} {status}", *headers, "", ""]).encode() + body


PACKED = gzip.compress(b"[1]", mtime=0)


@pytest.mark.parametrize(
    "reply",
    [
        http(b"[1]", version="1.0"),
        http(b"3\r\n[1]\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        http(b"[1]", "Content-Length: 3", "X-Big: " + "a" * 60_000),
        http(b"[1]", "Content-Length: what"),
        http(PACKED + b"\0garbage", "Content-Encoding: GZip"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"[1]", "Content-Length: 3"),
    ],
)
def test_unusual_answers_are_read(says: Any, reply: bytes) -> None:
    """What is unusual and whole is data."""
    assert get(says(reply, closes=True)) == [1]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (http(b""), "the body is empty"),
        (http(gzip.compress(b"", mtime=0), "Content-Encoding: gzip"), "the body is empty"),
        (http(b"[1,", version="1.0"), "the body is not JSON"),
        (http(b"5\r\n[1,2,\r\n5\r\n3", "Transfer-Encoding: chunked"), "the body broke off"),
        (http(b"zz\r\n[1]\r\n", "Transfer-Encoding: chunked"), "the body broke off"),
        (http(b"[1]", "Content-Length: 20"), "the body broke off"),
        (http(b"[1]", "Content-Length: 2"), "the body is not JSON"),
        (http(b"[1]", "Content-Encoding: br"), "unknown Content-Encoding 'br'"),
        (http(b"\xef\xbb\xbf[1]"), "byte order mark"),
    ],
)
def test_broken_bodies_are_told_apart(says: Any, reply: bytes, words: str) -> None:
    """A body that is not whole JSON is an error that says what is wrong with it."""
    with pytest.raises(BrokenBodyError, match=words):
        get(says(reply, closes=True))


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "the connection was lost: SSH"),
        (http(b"[1]", "X-Big: " + "a" * 100_000), "more than 65536 bytes"),
        (http(b"[1]", *[f"X-{number}: a" for number in range(200)]), "more than 100 headers"),
        (http(b"[1]", "Content-Length: 3", "Content-Length: 5"), "multiple unmatching values"),
    ],
)
def test_what_is_not_http_is_an_error_in_words(says: Any, reply: bytes, words: str) -> None:
    """What can't be read as an answer is a lost connection, with the reason."""
    with pytest.raises(NoAnswerError, match=words):
        get(says(reply, closes=True))


def test_server_that_closes_after_each_answer_costs_no_attempt(says: Any) -> None:
    """Repeated gets over connections that the server ends all succeed, with a new connection each."""
    url = says(http(b"[1]", "Content-Length: 3", "Connection: close"), closes=True)
    with Esi(base_url=url, local=False, retries=0) as esi:
        assert [esi.get("GetStatus") for _ in range(5)] == [[1]] * 5


def test_ipv6_is_spoken(says: Any) -> None:
    """A base URL may name an IPv6 address."""
    try:
        url = says(http(b"[1]", "Content-Length: 3"), host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert get(url) == [1]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate that nobody has signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    request = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run([openssl, *request.split(), *files], check=True, capture_output=True)
    return folder


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    return context


def test_bad_certificate_fails_at_once(says: Any, tls: ssl.SSLContext, monkeypatch: Any) -> None:
    """A certificate that nobody vouches for is not tried twice, and the error says what would help."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with pytest.raises(
        ConnectionFailedError, match=r"CERTIFICATE_VERIFY_FAILED.*REQUESTS_CA_BUNDLE"
    ) as caught:
        get(says(http(b"[1]"), tls=tls), retries=4)
    assert len(caught.value.attempts) == 1


def test_certificates_may_be_named(
    says: Any, tls: ssl.SSLContext, certificate: Path, monkeypatch: Any
) -> None:
    """With its certificate in REQUESTS_CA_BUNDLE a server is trusted."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "certificate.pem"))
    assert get(says(http(b"[1]", "Content-Length: 3"), tls=tls, closes=True)) == [1]


def test_missing_file_of_certificates_is_named(says: Any, tls: ssl.SSLContext, monkeypatch: Any) -> None:
    """Where the file of certificates is not there, the error says so, once."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file.pem")
    with pytest.raises(ConnectionFailedError, match=r"invalid path: /no/such/file\.pem") as caught:
        get(says(http(b"[1]"), tls=tls), retries=4)
    assert len(caught.value.attempts) == 1


def test_handshake_that_never_ends_is_no_connection() -> None:
    """A server that accepts and says nothing to a TLS greeting was never connected to."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(AttemptTimedOutError, match=r"no (connection in time|whole answer within 0\.3 s)"),
    ):
        get(f"https://127.0.0.1:{listener.getsockname()[1]}", timeout=0.3)


@pytest.mark.parametrize(
    "begins",
    [http(b"1", version="1.0"), http(b"1", "Content-Length: 1000", "Connection: close")],
    ids=["until it closes", "closes afterwards"],
)
def test_what_drips_until_the_time_is_up_is_no_answer(begins: bytes) -> None:
    """On a connection of one answer, too, an attempt ends in time, and first digits are not the number."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(begins)
                for _ in range(50):
                    if ended.wait(0.1):
                        break
                    connection.sendall(b"2")

        server = threading.Thread(target=drip)
        server.start()
        try:
            with pytest.raises(AttemptTimedOutError, match=r"no whole answer within 0\.5 s"):
                get(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.5)
        finally:
            ended.set()
            server.join()
