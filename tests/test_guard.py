import asyncio

import pytest

from experiments.guard import Guarded, refusal

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
