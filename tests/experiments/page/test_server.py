"""The command that serves the page; what the page shows is tested in test_app."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from experiments.page import server as view
from model.preset.load import ConfigError

ROOT = Path(__file__).resolve().parents[3]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "experiments", "view", *words, "--no-open"]


def test_an_unknown_preset_is_refused_before_anything_starts() -> None:
    done = subprocess.run(command("twelve-day"), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.strip() == "preset 'twelve-day' does not exist; did you mean twelve-days?"


def test_a_port_in_use_is_refused_with_what_would_do() -> None:
    with view.bound(0) as taken:
        taken.listen()
        with pytest.raises(ConfigError, match=r"--port .*valid: a free port, or 0"):
            view.bound(taken.getsockname()[1])


def test_the_page_is_served_on_loopback_alone() -> None:
    with view.bound(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
        assert listening.family == socket.AF_INET


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "NEEDED", ("no_such_package",))
    with pytest.raises(ConfigError, match=r"no_such_package.*pip install -e '\.\[view\]'"):
        view.view("twelve-days", 0, browser=False)


def test_nothing_about_visitors_leaves_the_machine() -> None:
    assert view.SETTINGS["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "false"
    assert view.SETTINGS["SOLARA_ASSETS_CDN"].startswith("http://127.0.0.1")


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_at_once_and_leaves_no_process(sign: signal.Signals) -> None:
    pytest.importorskip("solara", reason="the page needs pip install -e '.[view]'")
    process = subprocess.Popen(
        command("--port", "0"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert "http://127.0.0.1:" in process.stdout.readline()
    process.send_signal(sign)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors


LISTENER = """
import socket
ask = socket.getaddrinfo
def getaddrinfo(host, *others, **named):
    print("asked for", host, flush=True)
    return ask(host, *others, **named)
socket.getaddrinfo = getaddrinfo
"""
"""What Python runs when it starts: it writes down each host whose address is sought."""


@pytest.mark.slow
def test_the_server_of_solara_run_is_guarded_and_asks_no_foreign_host(tmp_path: Path) -> None:
    pytest.importorskip("solara", reason="the page needs pip install -e '.[view]'")
    with view.bound(0) as free:
        port = free.getsockname()[1]
    (tmp_path / "sitecustomize.py").write_text(LISTENER, "utf-8")
    words = ["run", "experiments/page/app.py", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "solara", *words, "--no-open", "--no-check-version"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        )

    def answer(host: str, path: str = "/readyz") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", path, headers={"Host": host})
            found = connection.getresponse()
            found.read()
            return found.status, found.headers["content-security-policy"]
        finally:
            connection.close()

    here = f"127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                first, _ = answer("evil.example")
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                time.sleep(0.1)
        assert first == 403
        status, policy = answer(here, "/")
        assert status == 200 and "frame-ancestors 'none'" in policy
        assert answer(here, "/_solara/cdn/not-installed@1/script.js")[0] == 404
    finally:
        process.kill()
        process.wait()
    asked = re.findall(r"asked for (\S+)", (tmp_path / "log").read_text())
    assert asked and set(asked) <= {"127.0.0.1", "localhost", "None"}
