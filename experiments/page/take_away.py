"""What a visitor takes away: the run as a table; pictures are made in the browser."""

import csv
import io

import solara

from experiments.page.components import TakeAway
from experiments.page.run import WatchedModel
from experiments.page.visit import Visit


@solara.component
def Keeping(visit: Visit) -> None:
    """Buttons for picture, table and link."""
    table, set_table = solara.use_state("")
    plan = visit.plan.value
    TakeAway(
        table=table,
        name=f"{plan.preset.rpartition('/')[2].removesuffix('.toml')}-seed-{plan.seed}-run-{plan.run}",
        event_ask=lambda number: set_table(f"{number}\n{as_csv(visit.model)}"),
    )


def as_csv(model: WatchedModel) -> str:
    """The run as CSV: a row a turn and state, with its act, chance, standing, and the measures."""
    record, out = model.record, io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    own = ("reliability", "honesty", "means")
    common = [name for name in record.lines if "." not in name]
    writer.writerow(["turn", "day", "state", "action", "seen", "chance", "war", *own, *common])
    for turn, moment in enumerate(record.moments, 1):
        world, day = moment.after, moment.before.day
        for state, name in enumerate(world.names):
            actions, choice = world.ladder.names[state], int(world.choice[state])
            writer.writerow(
                [
                    turn, day, name, actions[choice], actions[int(world.seen[state])],
                    f"{float(moment.solution.play[state][choice]):.6g}",
                    int(bool(moment.before.war) or bool(world.war)),
                    *(f"{record.lines[f'{each}.{name}'][turn]:.6g}" for each in own),
                    *(f"{record.lines[each][turn]:.6g}" for each in common),
                ]
            )  # fmt: skip
    return out.getvalue()
