"""The guard in front of the web server: only pages that this server gave may talk to it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any  # what a web server hands over
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Server = Callable[[Any, Receive, Send], Awaitable[None]]


def refusal(headers: list[tuple[bytes, bytes]]) -> str:
    """Why a request is refused, or nothing.

    Its Host must be this machine (a page that rebinds its name to it names another), and its
    Origin, where a browser gives one, the same host and port.

    >>> refusal([(b"host", b"127.0.0.1:8765"), (b"origin", b"http://127.0.0.1:8765")])
    ''
    >>> refusal([(b"host", b"127.0.0.1:8765"), (b"origin", b"http://evil.example")])
    'Origin http://evil.example is not this page'
    """
    named = {"host": "", "origin": ""}
    for name, value in headers:
        word = name.decode("latin-1").lower()
        if word in named:
            if named[word]:
                return f"{word.capitalize()} is given twice"
            named[word] = value.decode("latin-1")
    host, origin = named["host"], named["origin"]
    try:
        known = urlsplit(f"//{host}").hostname in LOOPBACK
        same = not origin or urlsplit(origin)[:2] == ("http", host)
    except ValueError:
        known = same = False
    if not known:
        return f"Host {host or '(none)'} is not this machine"
    return "" if same else f"Origin {origin} is not this page"


@dataclass(frozen=True)
class Guarded:
    """A server that answers 403 to whom `refusal` refuses, on web sockets too."""

    server: Server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        reason = refusal(scope.get("headers", [])) if scope["type"] != "lifespan" else ""
        if not reason:
            await self.server(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": reason})  # becomes 403
        else:
            text = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": text})
            await send({"type": "http.response.body", "body": f"{reason}\n".encode()})
