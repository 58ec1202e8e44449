"""The page's server: on loopback, without internet, guarded, and silent about who uses it."""

import importlib.util
import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
import webbrowser
from pathlib import Path
from urllib.request import urlopen

from experiments.answer.acts import acts_of
from experiments.page.address import read
from experiments.page.background import HANDS
from experiments.page.same_origin import NOWHERE, Guarded, in_one_line
from model.preset.load import ROOT, ConfigError

HOST = "127.0.0.1"
NEEDED = ("solara", "ipyvuetify", "mesa", "altair")
SETTINGS = {
    "SOLARA_APP": str(ROOT / "experiments" / "page" / "app.py"),
    "SOLARA_MODE": "production",  # no reloading, compressed assets
    "SOLARA_ASSETS_CDN": NOWHERE,  # what is not installed fails, it is not fetched
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_FORCE_REFRESH": "true",  # a page reloads itself after a restart of the server
    "SOLARA_SESSION_HTTP_ONLY": "true",
    "SOLARA_KERNEL_CULL_TIMEOUT": "5m",  # a page that comes back is restored from its address
    "SOLARA_CHECK_HOOKS": "off",  # Mesa's own code would be warned about
}


def view(preset: str, port: int, browser: bool) -> None:
    """Serve the page of a preset until interrupted. Raises ConfigError before anything starts."""
    acts_of(read(preset))
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing or not assets().is_dir():
        named = ", ".join(missing) or "the page's assets"
        raise ConfigError(f"view needs {named}; install it with: pip install -e '.[view]'")
    listening = bound(port)
    os.environ.update(SETTINGS | {"CHEAPTALK_PRESET": preset})
    address = f"http://{HOST}:{listening.getsockname()[1]}/"
    print(f"cheaptalk is at {address} (Ctrl-C ends it)", flush=True)
    if browser:
        threading.Thread(target=opened, args=(address,), daemon=True).start()
    serve(listening)


def assets() -> Path:
    """The folder in which the package solara-assets keeps the page's scripts and fonts."""
    return Path(sys.prefix) / "share" / "solara" / "cdn"


def bound(port: int) -> socket.socket:
    """A socket on loopback; port 0 is any free one."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise ConfigError(f"--port {port}: {error.strerror}; valid: a free port, or 0") from error
    return listening


def opened(address: str) -> None:
    """Open the browser once the page can be served."""
    for _ in range(600):
        try:
            with urlopen(f"{address}readyz", timeout=2):
                break
        except OSError:
            time.sleep(0.1)
    webbrowser.open(address)


def serve(listening: socket.socket) -> None:
    """Run the web server on a socket, behind the guard."""
    import uvicorn
    from solara.server.starlette import app

    # solara would like cookies for frames of other sites; a page on loopback has none
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    config = uvicorn.Config(
        Guarded(app),
        log_level="warning",
        access_log=False,
        loop="asyncio",
        ws_per_message_deflate=False,  # on loopback packing costs more than sending
        timeout_graceful_shutdown=1,
    )
    logging.getLogger("uvicorn.error").addFilter(in_one_line)
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn ends by it, and raises it again
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        print("", flush=True)
    finally:
        HANDS.dismiss(at_once=True)
