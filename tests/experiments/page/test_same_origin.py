import asyncio
import logging
from typing import Any

import pytest

from experiments.page.same_origin import HEADERS, Guarded, in_one_line, refusal

HERE = (b"host", b"127.0.0.1:8765")


@pytest.mark.parametrize(
    "headers",
    [
        [HERE],
        [HERE, (b"origin", b"http://127.0.0.1:8765")],
        [(b"Host", b"localhost:1"), (b"Origin", b"http://localhost:1")],
        [(b"host", b"[::1]:1"), (b"origin", b"http://[::1]:1")],
    ],
)
def test_pages_of_this_server_may_talk_to_it(headers: list[tuple[bytes, bytes]]) -> None:
    assert refusal(headers) == ""


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"evil.example")],
        [(b"host", b"127.0.0.1.evil.example:8765")],
        [(b"host", b"[bad")],
        [(b"host", b"evil@127.0.0.1")],
        [(b"host", b"evil@127.0.0.1:8765"), (b"origin", b"http://evil@127.0.0.1:8765")],
        [(b"host", b"127.0.0.1/evil")],
        [(b"host", b"127.0.0.1:8765.evil.example")],
        [(b"host", b"127.0.0.1\n")],
        [HERE, (b"origin", b"http://evil@127.0.0.1:8765")],
        [HERE, (b"origin", b"http://127.0.0.1:8765/x")],
        [HERE, HERE],
        [HERE, (b"origin", b"null")],
        [HERE, (b"origin", b"http://evil.example")],
        [HERE, (b"origin", b"http://127.0.0.1:9999")],
        [HERE, (b"origin", b"https://127.0.0.1:8765")],
        [HERE, (b"origin", b"http://127.0.0.1:8765"), (b"origin", b"http://evil.example")],
    ],
)
def test_other_hosts_and_origins_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    assert refusal(headers)


@pytest.mark.parametrize(
    ("kind", "first"), [("http", "http.response.start"), ("websocket", "websocket.close")]
)
def test_a_refused_request_does_not_reach_the_server(kind: str, first: str) -> None:
    sent: list[dict] = []

    async def server(*_: object) -> None:
        pytest.fail("reached")

    async def receive() -> dict:
        return {"type": "websocket.connect"}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": kind, "headers": [(b"host", b"evil.example")]}
    asyncio.run(Guarded(server)(scope, receive, send))
    assert sent[0]["type"] == first
    assert sent[0].get("status", 403) == 403


async def nothing() -> dict:
    return {"type": "websocket.connect"}


def answer(server: Any, kind: str, host: bytes = HERE[1]) -> list[dict]:
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(Guarded(server)({"type": kind, "headers": [(b"host", host)]}, nothing, send))
    return sent


async def greeting(_scope: dict, _receive: Any, send: Any) -> None:
    headers = [(b"x-own", b"1"), (b"Referrer-Policy", b"unsafe-url")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"good day"})


@pytest.mark.parametrize("host", [HERE[1], b"evil.example"])
def test_every_answer_forbids_frames_guessed_types_and_referrers(host: bytes) -> None:
    start, body = answer(greeting, "http", host)
    assert {**dict(start["headers"]), **HEADERS} == dict(start["headers"])
    assert len({name.lower() for name, _ in start["headers"]}) == len(start["headers"])
    assert b"frame-ancestors 'none'" in HEADERS[b"content-security-policy"]
    assert body["body"] == (
        b"good day" if host == HERE[1] else b"Host evil.example is not this machine\n"
    )


def test_a_web_socket_that_fails_is_closed_with_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def failing(_scope: dict, _receive: Any, _send: Any) -> None:
        raise ExceptionGroup("tasks", [ValueError("no\nJSON")])

    assert answer(failing, "websocket") == [{"type": "websocket.close", "code": 1011}]
    assert capsys.readouterr().err == "a web socket was closed: ValueError: no JSON\n"


def test_text_that_is_no_utf8_is_logged_without_a_traceback() -> None:
    def logged(error: Exception) -> object:
        record = logging.LogRecord(
            "uvicorn.error", logging.ERROR, "", 0, "x", (), (type(error), error, None)
        )
        assert in_one_line(record)
        return record.exc_info

    assert logged(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")) is None
    assert logged(ValueError("another fault keeps its own"))
