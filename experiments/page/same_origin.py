"""Guards the web server: only pages that this server delivered may talk to it."""

import contextlib
import logging
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any  # what a web server hands over

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
"""A Host that is this machine: nothing before it, as in `evil@127.0.0.1`, and nothing behind."""
NOWHERE = "http://127.0.0.1:9/"
"""Where the page's server looks for scripts that are not installed: there is nothing."""
HEADERS = {
    b"content-security-policy": (
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        b"object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}
"""What each answer tells the browser: to ask no other host, and to show the page in no frame.

Vue makes its templates into code within the page, and its styles, so both are allowed.
"""

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Server = Callable[[Any, Receive, Send], Awaitable[None]]


def refusal(headers: list[tuple[bytes, bytes]]) -> str:
    """The reason for refusing a request, or an empty string.

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
    known = LOOPBACK.fullmatch(host) is not None
    same = not origin or origin == f"http://{host}"
    if not known:
        return f"Host {host or '(none)'} is not this machine"
    return "" if same else f"Origin {origin} is not this page"


@dataclass(frozen=True)
class Guarded:
    """A server that answers 403 to refused requests, on web sockets too.

    Its answers carry HEADERS. A web socket that fails, as by a malformed message, is closed, with
    one line in the log.
    """

    server: Server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        reason = refusal(scope.get("headers", [])) if scope["type"] != "lifespan" else ""
        if scope["type"] == "lifespan":
            await self.server(scope, receive, send)
        elif scope["type"] == "websocket":
            await (refused(reason, receive, send) if reason else self.socket(scope, receive, send))
        elif reason:
            text = [(b"content-type", b"text/plain; charset=utf-8")]
            start = {"type": "http.response.start", "status": 403, "headers": text}
            await send(with_headers(start))
            await send({"type": "http.response.body", "body": f"{reason}\n".encode()})
        else:
            await self.server(scope, receive, lambda message: send(with_headers(message)))

    async def socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a web socket to its end; what fails on it ends it alone."""
        try:
            await self.server(scope, receive, send)
        except Exception as error:
            print(f"a web socket was closed: {cause(error)}", file=sys.stderr, flush=True)
            with contextlib.suppress(Exception):  # it may be closed already
                await send({"type": "websocket.close", "code": 1011})


async def refused(reason: str, receive: Receive, send: Send) -> None:
    """Refuse a web socket; the server makes it a 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": reason})


def with_headers(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message to the browser; the start of an answer carries HEADERS."""
    if message["type"] != "http.response.start":
        return message
    own = [each for each in message.get("headers", []) if each[0].lower() not in HEADERS]
    return {**message, "headers": [*own, *HEADERS.items()]}


def cause(error: BaseException) -> str:
    """The cause of an error in one line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def in_one_line(record: logging.LogRecord) -> bool:
    """Let a record of the log pass; of a text that is no UTF-8 it tells without a traceback."""
    if record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info = None
    return True
