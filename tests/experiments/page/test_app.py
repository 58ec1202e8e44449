"""The page in a real browser: plain Playwright with the system's Chromium, without internet."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from experiments.answer.acts import acts_of
from experiments.history.library import LIBRARY
from experiments.page.address import offered
from model.preset.load import ConfigError, load
from model.preset.own_terms import ALLOWED
from model.preset.toml import told
from tests.experiments.page.test_address import crisis_with_code
from tests.test_library import of_iran

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = next(
    (p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), ""
)
MISSING = ""
try:
    import playwright.sync_api as browsers
    import solara  # noqa: F401  # only whether it is there
    from axe_playwright_python.sync_playwright import Axe
except ImportError as error:
    MISSING = f"{error.name} is not installed; pip install -e '.[dev]'"
if not CHROMIUM:
    MISSING = MISSING or "no Chromium on this machine; apt-get install chromium"

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]
if MISSING and not os.environ.get("CI"):
    pytestmark = [*pytestmark, pytest.mark.skip(reason=f"the page is not tested: {MISSING}")]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    assert not MISSING, MISSING  # never skipped in CI
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOLARA_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "tests.view_with_mistake", "twelve-days", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(900):
                if process.poll() is not None:
                    break
                with (
                    contextlib.suppress(OSError),
                    urlopen(f"http://127.0.0.1:{port}/readyz") as page,
                ):
                    if page.status == 200:
                        break
                time.sleep(0.1)
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            url = f"http://127.0.0.1:{port}"
            yield {"url": url, "port": port, "process": process, "log": folder / "log"}
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    assert not MISSING, MISSING
    with browsers.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Moves:
    """Which failed requests only gave way to a navigation of the page, such as a reload."""

    def __init__(self, page: Any) -> None:
        self.begun: dict[Any, int] = {}
        self.count = 0
        self.under_way = False
        page.on("request", self.sent)
        page.on("requestfinished", self.ended)

    def sent(self, request: Any) -> None:
        self.begun[request] = self.count
        if request.is_navigation_request():
            self.count += 1
            self.under_way = True

    def ended(self, request: Any) -> None:
        if request.is_navigation_request():
            self.under_way = False

    def aborted(self, request: Any) -> bool:
        """Whether the browser itself gave the request up, as the page was moving on."""
        moved = self.under_way or self.begun[request] < self.count
        return request.failure == "net::ERR_ABORTED" and moved


def failure(request: Any) -> str:
    return f"failed: {request.url} ({request.failure})"


@contextlib.contextmanager
def visit(
    chromium: Any, url: str, place: str = "", listening: list[str] | None = None, **options: Any
) -> Iterator[Any]:
    """A visitor's page; nothing may fail, leave this machine, or be an error on its console.

    What the server tells the page is appended to `listening`.
    """
    options = {"viewport": {"width": 1440, "height": 1000}, "reduced_motion": "reduce"} | options
    context = chromium.new_context(**options)
    problems: list[str] = []

    def route(request: Any) -> None:
        if request.request.url.startswith((url, "data:", "blob:", "about:")):
            request.continue_()
        else:
            problems.append(f"left this machine: {request.request.url}")
            request.abort()

    context.route("**/*", route)
    page = context.new_page()
    page.set_default_timeout(90_000)  # a busy machine is no fault of the page
    page.on(
        "response", lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 else None
    )
    moves = Moves(page)
    if listening is not None:
        heard = listening
        page.on("websocket", lambda w: w.on("framereceived", lambda told: heard.append(str(told))))
    page.on("requestfailed", lambda r: None if moves.aborted(r) else problems.append(failure(r)))
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.goto(f"{url}/{place}", wait_until="commit")
    page.locator("[data-turn]").wait_for()
    try:
        yield page
        assert not problems, problems
        page.goto("about:blank")  # leaves the page as a visitor does
    finally:
        context.close()


@pytest.fixture
def page(chromium: Any, server: dict[str, Any]) -> Iterator[Any]:
    with visit(chromium, server["url"]) as page:
        yield page


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def at_turn(page: Any, turn: int) -> None:
    page.locator(f"[data-turn='{turn}']").wait_for()


def step(page: Any, turn: int) -> None:
    button(page, "Step").click()
    at_turn(page, turn)


def at_once(page: Any) -> None:
    """Play the whole run without a rest."""
    page.locator(".ct-speed").get_by_text("at once").click()
    button(page, "Play").click()


def actions(page: Any) -> dict[str, str]:
    """What each state does on the map, once the map shows the turn of the time line."""
    page.wait_for_function(
        "document.querySelector('[data-turn]').dataset.turn"
        " === document.querySelector('[data-mapped]').dataset.mapped"
    )
    rows = page.locator("tr[data-state]")
    return {row.get_attribute("data-state"): row.get_attribute("data-action") for row in rows.all()}


@pytest.mark.slow
def test_a_request_given_up_by_a_reload_is_not_a_failure_but_all_others_are(
    chromium: Any, server: dict[str, Any]
) -> None:
    def asked(page: Any, refusal: str) -> None:
        def answered(route: Any) -> None:
            if refusal:
                route.abort(refusal)

        page.route("**/unanswered", answered)
        with page.expect_request("**/unanswered"):
            page.evaluate("void (new Image().src = '/unanswered')")

    with visit(chromium, server["url"]) as page:
        asked(page, "")  # still open when the page is reloaded
        with page.expect_event("requestfailed"):
            page.reload()
        page.locator("[data-turn]").wait_for()
    for reason in ("aborted", "connectionrefused"):
        with (
            pytest.raises(AssertionError, match="unanswered"),
            visit(chromium, server["url"]) as page,
            page.expect_event("requestfailed"),
        ):
            asked(page, reason)


def test_step_reset_and_replay_show_the_same_turns(page: Any) -> None:
    at_turn(page, 0)
    step(page, 1)
    first = actions(page)
    assert first["israel"] and set(first) == set(actions(page))
    nodes = page.locator("g[data-state]")
    assert {
        node.get_attribute("data-state"): node.get_attribute("data-action") for node in nodes.all()
    } == first
    step(page, 2)
    second = actions(page)
    assert second["israel"] == "campaign"  # the scripted attack of 13 June
    assert page.locator("[data-war='true']").count() == 1
    button(page, "One turn back").click()
    at_turn(page, 1)
    assert actions(page) == first
    button(page, "Back to the latest turn").click()
    at_turn(page, 2)
    assert actions(page) == second
    button(page, "Reset").click()
    at_turn(page, 0)
    step(page, 1)
    assert actions(page) == first


def test_play_runs_to_the_end_and_a_reload_keeps_the_run(page: Any) -> None:
    at_once(page)
    at_turn(page, 16)
    browsers.expect(button(page, "Step")).to_be_disabled()
    last = actions(page)
    page.wait_for_function("window.location.hash.includes('turn=16')")
    page.reload()
    at_turn(page, 16)
    assert actions(page) == last


def test_another_run_can_be_played_after_the_end_of_one(page: Any) -> None:
    at_once(page)
    at_turn(page, 16)
    browsers.expect(button(page, "Step")).to_be_disabled()
    page.get_by_label("Run", exact=True).fill("4")
    page.keyboard.press("Tab")
    at_turn(page, 0)
    step(page, 1)
    browsers.expect(button(page, "Play")).to_be_enabled()


@pytest.mark.slow
def test_a_preset_chosen_while_another_plays_begins_at_its_first_turn(page: Any) -> None:
    button(page, "Play").click()
    page.locator("[data-turn]:not([data-turn='0'])").wait_for()
    page.get_by_label("Preset").select_option("iran-2025")
    page.get_by_text("Before the first of 51 turns").wait_for()
    browsers.expect(button(page, "Play")).to_be_enabled()
    at_once(page)
    at_turn(page, 51)


def test_at_the_end_play_is_no_pause(page: Any) -> None:
    at_once(page)
    at_turn(page, 16)
    browsers.expect(button(page, "Play")).to_be_disabled()
    assert button(page, "Pause").count() == 0
    button(page, "Reset").click()
    at_turn(page, 0)
    at_once(page)
    at_turn(page, 16)


@pytest.mark.parametrize(
    "width", [390, *(pytest.param(each, marks=pytest.mark.slow) for each in (800, 1440, 2560))]
)
def test_war_stands_below_its_turns_on_the_time_line(
    chromium: Any, server: dict[str, Any], width: int
) -> None:
    link = "#preset=twelve-days&seed=0&run=0&turn=16"
    with visit(chromium, server["url"], link, viewport={"width": width, "height": 900}) as page:
        at_turn(page, 16)
        line, bar = (page.locator(f".ct-track {each}").bounding_box() for each in ("input", "svg"))
        assert bar["x"] == pytest.approx(line["x"] + 8, abs=0.5)
        assert bar["width"] == pytest.approx(line["width"] - 16, abs=0.5)
        war = page.locator(".ct-track rect").first
        first = 16 * float(war.get_attribute("x")) / 1000
        box = war.bounding_box()
        assert box["x"] == pytest.approx(bar["x"] + first / 16 * bar["width"], abs=1)


def test_arcs_of_two_belligerents_lie_apart(page: Any) -> None:
    middle = (
        "path => { const p = path.getPointAtLength(path.getTotalLength() / 2); return [p.x, p.y]; }"
    )
    for turn in range(1, 17):
        step(page, turn)
        actions(page)
        arcs = [page.locator(f"[data-arc={name}] path").last for name in ("iran", "israel")]
        if all(arc.count() for arc in arcs):
            (x, y), (u, v) = (arc.evaluate(middle) for arc in arcs)
            assert (x - u) ** 2 + (y - v) ** 2 > 15**2
            return
    pytest.fail("no turn in which both act")


def test_the_keyboard_alone_steps_and_turns_to_a_tab(page: Any) -> None:
    focus = "getComputedStyle(document.activeElement).outlineStyle"
    button(page, "Play").focus()
    page.keyboard.press("Tab")
    assert page.evaluate(focus) == "solid"
    page.keyboard.press("Enter")
    at_turn(page, 1)
    page.keyboard.press("Space")  # the button is still in focus
    at_turn(page, 2)
    page.get_by_role("tab", name="The crisis").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="Where does talk win?").wait_for()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Where talk wins"
    assert page.evaluate(focus) == "solid"


def test_on_a_telephone_nothing_is_wider_than_the_screen_and_every_tab_is_in_sight(
    chromium: Any, server: dict[str, Any]
) -> None:
    with visit(chromium, server["url"], viewport={"width": 390, "height": 844}) as page:
        step(page, 1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for name in ("The crisis", "Where talk wins", "Stored results"):
            box = page.get_by_role("tab", name=name).bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_a_turn_of_play_sends_only_what_changed(chromium: Any, server: dict[str, Any]) -> None:
    heard: list[str] = []
    with visit(chromium, server["url"], listening=heard) as page:
        step(page, 1)
        heard.clear()
        for turn in range(2, 17):
            step(page, turn)
        actions(page)
    played = ("answer_sent", "pattern_sent", "bands_sent")  # in the background, when it is ready
    updates = [
        each
        for each in heard
        if '"method": "update"' in each and not any(part in each for part in played)
    ]
    assert len(updates) <= 15 * 8  # a message for each of six parts, and few for the buttons
    assert sum(map(len, updates)) < 15 * 15_000
    assert not any("ground_sent" in each or "groups_sent" in each for each in updates)


def test_a_click_and_a_key_ask_a_state_why(page: Any) -> None:
    step(page, 1)
    step(page, 2)
    page.locator("g[data-state=china]").click()
    card = page.locator("[data-why=china]")
    card.wait_for()
    played = card.locator("[data-action][data-played=true]").get_attribute("data-action")
    assert card.get_attribute("data-why-act") == played
    assert "chose" in card.locator("[data-choice]").text_content()
    assert len(card.locator("[data-action]").all()) == 8
    page.locator("g[data-state=iran]").focus()
    page.keyboard.press("Enter")
    page.locator("[data-why=iran]").wait_for()


@pytest.mark.slow
def test_the_smallest_change_that_flips_a_choice_is_found(page: Any) -> None:
    step(page, 1)
    step(page, 2)
    page.locator("[data-flip]", has_text="flip").filter(has_not_text="Looking").wait_for(
        timeout=90_000
    )


@pytest.mark.slow
def test_a_moved_weight_changes_the_verdict_and_is_saved(page: Any, tmp_path: Path) -> None:
    card = page.locator("[data-verdict-card]")
    page.get_by_role("slider", name="Russia: ties", exact=True).focus()
    page.keyboard.press("End")
    page.locator("[data-key='russia.weights.ties'].changed").wait_for()
    card.and_(page.locator("[data-changed='true'][data-verdict='words']")).wait_for(timeout=120_000)
    assert "With Iran: Russia, China" in page.locator(".ct-who").inner_text()
    arms = page.locator("[data-before-after] tr", has_text="arms").inner_text()
    assert "ties to others +" in arms
    with page.expect_download() as saving:
        button(page, "Save as profile").click()
    saved = tmp_path / saving.value.suggested_filename
    saving.value.save_as(saved)
    assert load("twelve-days", {"with": [str(saved)]}).figure("russia.weights.ties") == 10.0
    button(page, "Undo all 1").click()
    page.locator("[data-changed='false']").wait_for()


def test_a_number_out_of_range_is_refused_with_a_word(page: Any) -> None:
    box = page.get_by_role("spinbutton", name="Russia: ties, number")
    box.fill("77")
    box.press("Tab")
    page.get_by_role("alert").filter(has_text="ties: found 77; valid: 0 to 10").wait_for()
    assert box.input_value() == "1.17"
    box.fill("2.5")
    box.press("Tab")
    page.locator("[data-key='russia.weights.ties'].changed").wait_for()
    assert page.get_by_role("alert").count() == 0


def test_a_change_applies_from_the_next_turn_or_at_reset(page: Any) -> None:
    step(page, 1)
    page.get_by_role("slider", name="Russia: ties", exact=True).focus()
    page.keyboard.press("Home")
    page.locator("[data-key='russia.weights.ties'].changed").wait_for()
    step(page, 2)
    page.wait_for_function("window.location.hash.includes('1:russia.weights.ties=0')")
    before = actions(page)
    page.reload()
    at_turn(page, 2)
    assert actions(page) == before


@pytest.mark.slow
def test_preset_seed_and_run_begin_another_run(page: Any) -> None:
    page.get_by_label("Run", exact=True).fill("4")
    page.keyboard.press("Tab")
    page.wait_for_function("window.location.hash.includes('run=4')")
    page.get_by_label("Preset").select_option("iran-2025")
    page.get_by_text("Before the first of 51 turns").wait_for()
    step(page, 1)


def test_an_error_in_a_step_is_shown_and_the_page_goes_on(page: Any) -> None:
    page.get_by_label("Decision rule of Russia").select_option("mistaken")
    page.wait_for_function("window.location.hash.includes('russia.rule=mistaken')")
    button(page, "Step").click()
    page.get_by_role("alert").filter(has_text="russia has no friends").wait_for()
    at_turn(page, 0)
    page.get_by_label("Decision rule of Russia").select_option("logit")
    browsers.expect(page.get_by_role("button", name="Undo all")).to_be_disabled()
    button(page, "Reset").click()
    page.get_by_role("alert").wait_for(state="detached")
    step(page, 1)
    assert page.get_by_role("alert").count() == 0


def test_a_wrong_address_gets_a_word(chromium: Any, server: dict[str, Any]) -> None:
    with visit(chromium, server["url"], "#preset=twelve-days&russia.weights.tie=3") as page:
        page.get_by_role("alert").filter(has_text="did you mean russia.weights.ties").wait_for()
        step(page, 1)


def test_a_link_with_a_foreign_preset_runs_no_file_and_gets_one_line(
    chromium: Any, server: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = crisis_with_code(tmp_path)
    link = f"#{urlencode({'preset': preset})}"
    refused = f"preset: found {told(str(preset))}; valid: {', '.join(offered())}"
    with visit(chromium, server["url"], link) as page:
        page.get_by_role("alert").filter(has_text=refused).wait_for()
        assert page.get_by_role("alert").all_text_contents() == [refused]
        step(page, 1)  # the run of the page goes on
        page.wait_for_function("window.location.hash.includes('turn=1')")
        page.reload()  # the address is the page's own again
        at_turn(page, 1)
        page.goto(f"{server['url']}/{link}")  # in a tab that is open
        page.get_by_role("alert").filter(has_text=refused).wait_for()
    assert not (tmp_path / "ran").exists()
    monkeypatch.setenv(ALLOWED, str(tmp_path / "code.py"))
    with pytest.raises(ConfigError, match="declares no term"):
        load(str(preset))  # the file does run where it is allowed to
    assert (tmp_path / "ran").exists()


def test_a_link_with_a_file_of_changes_shows_none_of_its_lines(
    chromium: Any, server: dict[str, Any], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("open sesame")
    link = f"#{urlencode({'preset': 'twelve-days', 'with': secret})}"
    with visit(chromium, server["url"], link) as page:
        page.get_by_role("alert").filter(has_text="with: no figure or rule").wait_for()
        assert "sesame" not in page.content()


def test_a_link_opens_in_a_tab_that_is_open(page: Any, server: dict[str, Any]) -> None:
    step(page, 1)
    page.wait_for_function("window.location.hash.includes('turn=1')")
    page.goto(f"{server['url']}/#preset=twelve-days&seed=0&run=3&turn=4&2:russia.weights.ties=0")
    at_turn(page, 4)
    page.wait_for_function("window.location.hash.includes('2:russia.weights.ties=0.0')")
    page.locator("[data-key='russia.weights.ties'].changed").wait_for()
    assert page.get_by_label("Run", exact=True).input_value() == "3"
    button(page, "Step").click()
    at_turn(page, 5)


@pytest.mark.slow
def test_the_phase_diagram_is_cancelled_drawn_and_loaded(page: Any) -> None:
    page.get_by_role("tab", name="Where talk wins").click()
    page.get_by_label("Across from").fill("99")
    page.keyboard.press("Tab")
    page.get_by_role("alert").filter(has_text="99").wait_for()
    button(page, "Draw").click()
    page.locator("[data-phase]:not([data-rows='0'])").wait_for(timeout=200_000)
    button(page, "Cancel").click()
    page.get_by_text("Cancelled after").wait_for()
    page.locator("[data-cell='0,0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("[data-turn='0']").wait_for()
    page.wait_for_function("/russia[.]|conflict[.]/.test(window.location.hash)")
    assert page.locator("[data-turn='0']").count() == 1


def test_a_stored_result_is_opened(page: Any) -> None:
    page.get_by_role("tab", name="Stored results").click()
    page.get_by_label("Stored result").select_option("reference")
    page.locator(".ct-answer").get_by_text("Did talking beat intervening").wait_for()
    rows = page.locator(".ct-columns").all()
    assert rows and all(row.bounding_box()["height"] < 25 for row in rows)  # none is broken
    figure = page.get_by_role("img", name="Figure oil of reference")
    assert figure.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def grave(page: Any) -> list[Any]:
    """What axe finds that is serious or worse, once nothing moves."""
    page.wait_for_function("document.getAnimations().every(each => each.playState !== 'running')")
    return [
        (
            each["id"],
            [node["target"] for node in each["nodes"]][:3],
            each["nodes"][0].get("failureSummary"),
        )
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 820, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_violation(
    chromium: Any, server: dict[str, Any], scheme: str, width: int
) -> None:
    view = {"width": width, "height": 900}
    with visit(chromium, server["url"], color_scheme=scheme, viewport=view) as page:
        step(page, 1)
        step(page, 2)
        page.locator("[data-verdict-row]").first.wait_for(timeout=120_000)
        heads = {
            "The crisis": "Who does what to whom",
            "Where talk wins": "Where does talk win?",
            "Stored results": "Stored results",
        }
        for tab, head in heads.items():
            page.get_by_role("tab", name=tab).click()
            page.get_by_role("heading", name=head).wait_for()
            assert not (found := grave(page)), (tab, found)
        page.get_by_role("tab", name="The crisis").click()
        button(page, "Lesson").click()
        page.locator("[data-lesson-choice]").first.click()
        button(page, "Take a seat").click()
        page.get_by_role("button", name="Play China").wait_for()
        assert not (found := grave(page)), ("lesson and seat", found)


def test_the_first_screen_holds_sentence_sides_question_verdict_and_play(
    chromium: Any, server: dict[str, Any]
) -> None:
    with visit(chromium, server["url"], viewport={"width": 1280, "height": 800}) as page:
        rows = page.locator("[data-verdict-row]")
        rows.first.wait_for(timeout=120_000)
        assert [row.get_attribute("data-verdict-row") for row in rows.all()] == [
            "russia:silence", "russia:mediation", "russia:arms", "russia:force",
        ]  # fmt: skip
        page.locator("[data-verdict]:not([data-verdict=''])").wait_for(timeout=120_000)
        first = [
            page.locator("h1"), page.locator(".ct-who"), page.get_by_text("Did talking beat"),
            *rows.all(), page.locator(".ct-verdict"), button(page, "Play"), page.locator(".ct-map"),
            button(page, "Russia not in Ukraine"), button(page, "the strait closed"),
        ]  # fmt: skip
        for each in first:
            box = each.bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= 800, each


@pytest.mark.slow
def test_play_at_normal_speed_takes_16_to_25_seconds_and_rests_at_events(page: Any) -> None:
    began, rests = time.monotonic(), []
    button(page, "Play").click()
    while page.locator("[data-turn='16']").count() == 0:
        page.locator("[data-paused='true'], [data-turn='16']").first.wait_for()
        if page.locator("[data-paused='true']").count():
            rests.append(page.locator("[data-turn]").get_attribute("data-turn"))
            button(page, "Continue").click()
            page.locator("[data-paused='false']").wait_for()
    assert 16 <= time.monotonic() - began <= 25
    assert rests == ["2", "11", "13"]  # 13, 22 and 24 June


@pytest.mark.slow
def test_every_coded_act_appears_on_its_date(page: Any) -> None:
    acts = acts_of(load("twelve-days"))
    seen = [each.get_attribute("data-fact") for each in page.locator("[data-fact]").all()]
    for turn in range(1, 17):
        step(page, turn)
        actions(page)
        seen += [each.get_attribute("data-fact") for each in page.locator("[data-fact]").all()]
    assert sorted(seen) == sorted(f"{act.day.isoformat()} {act.actor}" for act in acts)


@pytest.mark.slow
def test_a_lesson_is_clicked_through_to_a_seat_that_is_played_to_its_end(page: Any) -> None:
    button(page, "Lesson").click()
    for number in range(1, 7):
        page.locator(f"[data-lesson='{number}']").wait_for()
        page.locator("[data-lesson-choice]").first.click()
        page.locator("[data-lesson-answer]").wait_for()
        if number < 6:
            button(page, "Next").click()
    button(page, "Take the seat").click()
    page.locator("[data-seat-of='russia']").wait_for()
    page.get_by_label("Forecast for Israel").select_option("campaign")
    for turn in range(1, 17):
        page.locator("[data-choose='rhetoric']").click()
        at_turn(page, turn)
    page.locator("[data-seat-over='true']").wait_for()
    seat = page.locator("[data-seat]")
    seat.get_by_text("of 1,000 of the model's runs").wait_for(timeout=120_000)
    assert "You chose words (16 turns)." in seat.inner_text()
    assert "of 16 came true" in seat.inner_text()
    page.wait_for_function("window.location.hash.includes('chosen=rhetoric.rhetoric')")
    page.reload()
    at_turn(page, 16)
    page.locator("[data-seat-over='true']").wait_for()


@pytest.mark.slow
def test_a_whole_lesson_goes_by_keyboard_alone(page: Any) -> None:
    def tabbed_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == name:
                return
        raise AssertionError(f"{name} is not reached by Tab")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the crisis"
    tabbed_to("Lesson")
    page.keyboard.press("Enter")
    for number in range(1, 7):
        page.locator(f"[data-lesson='{number}']").wait_for()
        page.wait_for_function("document.activeElement.tagName === 'H2'")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator("[data-lesson-answer]").wait_for()
        tabbed_to("Next" if number < 6 else "Finish")
        page.keyboard.press("Enter")
    page.locator("[data-lesson]").wait_for(state="detached")


@pytest.mark.slow
def test_a_what_if_is_pressed_shown_before_and_after_and_taken_away(page: Any) -> None:
    chips = page.locator("[data-what-if-name]")
    assert chips.count() == 10
    button(page, "Russia not in Ukraine").click()
    page.wait_for_function("window.location.hash.includes('what_if=russia-not-in-ukraine')")
    table = page.locator("[data-before-after]")
    table.locator("tr", has_text="arms").wait_for(timeout=120_000)
    assert "means" in table.locator("tr", has_text="arms").inner_text()
    button(page, "Russia not in Ukraine").click()
    table.wait_for(state="detached")


def test_picture_and_table_of_a_run_are_saved(page: Any, tmp_path: Path) -> None:
    step(page, 1)
    for name, head in (
        ("Map as SVG", b"<svg"),
        ("Map as PNG", b"\x89PNG"),
        ("Run as CSV", b"turn,"),
    ):
        with page.expect_download() as saving:
            button(page, name).click()
        saved = tmp_path / saving.value.suggested_filename
        saving.value.save_as(saved)
        assert saved.read_bytes().startswith(head), name
        assert saved.stat().st_size > 400


def test_foreign_hosts_and_origins_are_refused_on_the_web_socket(server: dict[str, Any]) -> None:
    here = f"127.0.0.1:{server['port']}"

    def status(host: str, origin: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server["port"], timeout=10)
        headers = {"Host": host, "Connection": "Upgrade", "Upgrade": "websocket"}
        headers |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        path = "/jupyter/api/kernels/8d0b7f0e-0d4f-4f5c-9f0a-1f3c5a7e9b11/channels?session_id=x"
        connection.request("GET", path, headers=headers | {"Origin": origin})
        answer = connection.getresponse().status
        connection.close()
        return answer

    assert status(here, f"http://{here}") == 101
    assert status(here, "http://evil.example") == 403
    assert status("evil.example", "http://evil.example") == 403


def frame(kind: int, content: bytes, *, masked: bool = True) -> bytes:
    length = len(content) + (128 if masked else 0)
    return bytes([128 | kind, length]) + (bytes(4) if masked else b"") + content


MALFORMED = {
    "no JSON": frame(1, b"hello"),
    "a list": frame(1, b"[]"),
    "no header": frame(1, b"{}"),
    "a header that is a number": frame(1, b'{"header": 1}'),
    "bytes that are none of Jupyter's": frame(2, b"\0\1\2"),
    "no UTF-8": frame(1, b"\xff\xfe"),
    "no mask": frame(1, b"{}", masked=False),
    "an unknown kind": frame(3, b"{}"),
    "a short close": frame(8, b"\3"),
    "a close of an unknown kind": frame(8, b"\0\1"),
    "a frame cut off": frame(1, b"{}" * 20)[:9],
    "nothing": b"",
}


def test_malformed_messages_leave_no_traceback_in_the_log(server: dict[str, Any]) -> None:
    seen = len(server["log"].read_text())
    connection = http.client.HTTPConnection("127.0.0.1", server["port"], timeout=10)
    connection.request("GET", "/", headers={"Connection": "close"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    cookie = answer.headers["set-cookie"].split(";")[0]
    here = f"127.0.0.1:{server['port']}"
    for what, message in MALFORMED.items():
        kernel = f"/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id=x"
        asked = [
            f"GET {kernel} HTTP/1.1", f"Host: {here}", f"Origin: http://{here}",
            f"Cookie: {cookie}", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        ]  # fmt: skip
        with socket.create_connection(("127.0.0.1", server["port"]), timeout=10) as line:
            line.sendall("\r\n".join(asked).encode())
            assert b" 101 " in line.recv(4096).split(b"\r\n")[0], what
            line.sendall(message)
            if what not in ("a frame cut off", "nothing"):
                assert line.recv(4096)[:1] == b"\x88", what  # it is closed
    logged = server["log"].read_text()[seen:]
    assert logged.count("a web socket was closed: ") >= 5
    assert "Traceback" not in logged


def runs_kept(server: dict[str, Any]) -> int:
    """How many runs the server keeps, after a moment in which what ends may end."""
    time.sleep(1.5)
    before = server["log"].read_text().count("runs kept: ")
    server["process"].send_signal(signal.SIGUSR1)
    for _ in range(100):
        told = server["log"].read_text().split("runs kept: ")[1:]
        if len(told) > before:
            return int(told[-1].split()[0])
        time.sleep(0.1)
    raise AssertionError("the server does not say")


@pytest.mark.slow
def test_a_long_visit_keeps_no_runs_but_the_last_few(page: Any, server: dict[str, Any]) -> None:
    step(page, 1)
    first = runs_kept(server)  # other visits may have left theirs behind a moment ago
    for run in range(1, 5):
        page.get_by_label("Run", exact=True).fill(str(run))
        page.keyboard.press("Tab")
        page.wait_for_function(f"window.location.hash.includes('run={run}')")
        step(page, 1)
        button(page, "Reset").click()
        at_turn(page, 0)
        step(page, 1)
    for _ in range(20):  # what is being played for the last runs ends first
        if (kept := runs_kept(server)) <= first + 3:
            break
    assert kept <= first + 3  # of the eight that were begun since


def resident(process: int) -> float:
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


@pytest.mark.slow
def test_twenty_visitors_have_their_own_models_and_little_memory(
    chromium: Any, server: dict[str, Any]
) -> None:
    with contextlib.ExitStack() as stack:
        pages = [stack.enter_context(visit(chromium, server["url"]))]
        before = resident(server["process"].pid)
        pages += [stack.enter_context(visit(chromium, server["url"])) for _ in range(19)]
        for number, page in enumerate(pages):
            for turn in range(1, number % 4 + 1):
                step(page, turn)
        for number, page in enumerate(pages):
            assert page.locator("[data-turn]").get_attribute("data-turn") == str(number % 4)
        assert resident(server["process"].pid) - before < 200


@pytest.mark.slow
@pytest.mark.parametrize("name", LIBRARY)
def test_the_page_opens_with_a_crisis_of_the_library_its_own_states_and_verdict(
    chromium: Any, server: dict[str, Any], name: str
) -> None:
    crisis = load(name)
    with visit(chromium, server["url"], f"#preset={name}") as page:
        step(page, 1)
        rows = page.locator("[data-verdict-row]")
        rows.first.wait_for(timeout=120_000)
        states = [each.get_attribute("data-state") for each in page.locator("[data-state]").all()]
        assert sorted({str(each) for each in states}) == sorted(crisis.profiles)
        patrons = {str(row.get_attribute("data-verdict-row")).split(":")[0] for row in rows.all()}
        assert patrons == {crisis.file.players[0]}
        assert page.locator("[data-what-if]").count() == 0
        said = page.evaluate(
            """() => [...document.querySelectorAll("#ct-content *")]
            .filter(e => !e.closest("option, .ct-side"))
            .flatMap(e => [...e.childNodes]).filter(n => n.nodeType === 3).map(n => n.data)
            .join(" ")"""
        )
        assert crisis.profiles[crisis.file.target].label in said
        assert "iran" in crisis.profiles or of_iran(name, said) == []
