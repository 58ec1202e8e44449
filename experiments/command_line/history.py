"""Commands that fit and score the model on history, and forecast with it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any  # an option may hold any TOML value

import click

from experiments.command_line.options import (
    WRITTEN,
    Complaint,
    Said,
    answering,
    change_options,
    files,
    preset_options,
    runs_option,
    seed_option,
    workers_option,
)

if TYPE_CHECKING:
    from model.preset.load import Preset

cases_option = click.option(
    "--cases",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV of coded cases, as experiments/history/cases_1904_2013.csv.",
)


@click.command()
@cases_option
@click.option("--starts", default=5, type=click.IntRange(1), help="Starting points of the fit.")
@click.option("--recover", default=0, type=click.IntRange(0), help="Simulated histories to refit.")
@click.option("--posterior", default=0, type=click.IntRange(0), help="Steps of the sampler emcee.")
@click.option("--draws", type=WRITTEN, help="CSV of 200 draws from the posterior to write.")
@click.option(
    "--horizon", type=click.FloatRange(0.1, 520), help="Weeks that a shift counts; default 13."
)
@click.option("--out", type=WRITTEN, help="Profile fragment to write (TOML).")
@click.option("--states", help="States the fragment is for, a,b,c; default: all profiles.")
@answering
def calibrate(
    cases: Path,
    starts: int,
    recover: int,
    posterior: int,
    draws: Path | None,
    horizon: float | None,
    out: Path | None,
    states: str | None,
) -> Said:
    """Fit the payoff weights and the precision to coded cases."""
    from experiments.engine.store import refuse_unwritable, write_files
    from experiments.history import calibrate as calibrating

    named = calibrating.states_named(states)
    if draws is not None and not posterior:
        raise Complaint("--draws goes with --posterior STEPS, as --posterior 12000")
    for path in (each for each in (out, draws) if each is not None):
        refuse_unwritable(path)
    found = calibrating.calibrated(cases, starts, recover, posterior, horizon)
    if draws is not None:
        write_files({draws: calibrating.table_of_draws(found).encode()})
    if out is not None:
        calibrating.write_fragment(found, out, named)
    written = tuple(str(each) for each in (draws, out) if each is not None)
    return Said(calibrating.as_json(found), calibrating.in_words(found), written)


@click.command()
@click.option("--cases", type=click.Path(path_type=Path), help="CSV of coded cases.")
@click.option("--train-before", type=int, help="Fit on cases before this year, test on the rest.")
@click.option("--without", help="Covariates to take away, as stakes,reputation.")
@click.option("--predict", "new", type=click.Path(path_type=Path), help="CSV of cases to forecast.")
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="Result folder; default: one of its own in results/. With --predict: the CSV to write.",
)  # fmt: skip
@click.option("--timeline", type=click.Path(path_type=Path), help="CSV of dated acts, day by day.")
@click.option("--preset", default="twelve-days", help="Preset that a timeline is played in.")
@click.option("--sequential", is_flag=True, help="Learn from case to case in time order.")
@change_options
@answering
def backtest(
    cases: Path | None,
    train_before: int | None,
    without: str | None,
    new: Path | None,
    out: Path | None,
    timeline: Path | None,
    preset: str,
    sequential: bool,
    changes: dict[str, Any],
) -> Said:
    """Score the calibrated model and simple baselines on what they were not fitted to."""
    if timeline is not None:
        from experiments.history import daily

        days = daily.forecasts(preset, timeline, changes)
        return Said(daily.as_json(days), daily.in_words(days))
    from experiments.history import backtest as testing

    if cases is None:
        raise Complaint("--cases: missing; valid: a CSV of coded cases (or --timeline FILE)")
    if new is not None and out is None:
        raise Complaint("--predict and --out go together: NEW.csv in, PRED.csv out")
    known = testing.read_known(cases, without)
    if new is not None and out is not None:
        count = testing.predict(known, new, out)
        return replace(files([out]), beside=(f"{out}: {count} cases",))
    from experiments.history import backtest_report as reporting

    asked = {"train_before": train_before, "without": without, "sequential": sequential}
    found, where = reporting.kept(known, cases, asked, out)
    return Said(testing.as_json(found), f"{testing.in_words(found)}\n\n{where}")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--train-before", default=1962, help="Fit on crises before this year.")
@click.option("--test-before", type=int, help="Score crises before this year; default all.")
@click.option("--features", help="Columns for the logit, a,b,c; default: all that are allowed.")
@click.option("--base-rates", type=WRITTEN, help="CSV of base rates to write; no backtest.")
@answering
def icb(
    path: Path,
    train_before: int,
    test_before: int | None,
    features: str | None,
    base_rates: Path | None,
) -> Said:
    """Backtest on ICB: PATH is its actor-level CSV (version 13 or later)."""
    if base_rates is not None:
        from experiments.engine.store import refuse_unwritable
        from experiments.history import base_rates as rates

        refuse_unwritable(base_rates)
        counts = rates.counted(path)
        rates.write(counts, base_rates)
        return Said(rates.as_json(counts), rates.in_words(counts), (str(base_rates),))
    from experiments.history import icb_backtest as crises

    found = crises.backtest(path, train_before, features, test_before)
    return Said(crises.as_json(found), crises.in_words(found))


@click.command("third-parties")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--train-before", required=True, type=int, help="Fit on conflicts before this year.")
@click.option("--test-before", type=int, help="Score conflicts before this year; default all.")
@answering
def third_parties(path: Path, train_before: int, test_before: int | None) -> Said:
    """Backtest on third parties in civil conflicts: PATH is a CSV of pairs (UCDP)."""
    from experiments.history import third_parties as helpers

    found = helpers.backtest(path, train_before, test_before)
    return Said(helpers.as_json(found), helpers.in_words(found))


@click.command()
@click.option("--cases", type=click.Path(path_type=Path), help="CSV of coded cases.")
@click.option("--icb", type=click.Path(path_type=Path), help="ICB's CSV, as for cheaptalk icb.")
@click.option("--third-parties", type=click.Path(path_type=Path), help="CSV of pairs (UCDP).")
@click.option("--train-before", type=int, help="Fit before this year, score from it on.")
@click.option("--draws", default=0, type=click.IntRange(0), help="Draws of each of two chains.")
@click.option("--ranks", default=0, type=click.IntRange(0), help="Simulated histories to rank.")
@click.option("--figure", type=WRITTEN, help="PNG of what each source says on each weight.")
@workers_option
@answering
def evidence(
    cases: Path | None,
    icb: Path | None,
    third_parties: Path | None,
    train_before: int | None,
    draws: int,
    ranks: int,
    figure: Path | None,
    workers: int | None,
) -> Said:
    """Fit all sources of history at once: weights shared, with spread between them."""
    from experiments.engine.store import refuse_unwritable, write_files
    from experiments.history import evidence as sources

    if figure is not None:
        refuse_unwritable(figure)
    paths = {"cases": cases, "icb": icb, "third_parties": third_parties}
    found = sources.evidence(
        paths, year=train_before, draws=draws, histories=ranks, workers=workers or 1
    )
    if figure is not None:
        from experiments.figures.evidence import weights_by_source

        write_files({figure: weights_by_source(found.rows(), *sources.REFERENCE)})
    written = () if figure is None else (str(figure),)
    return Said(sources.as_json(found), sources.in_words(found), written)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--before", type=int, help="Count wars that began before this year alone.")
@answering
def invocations(path: Path, before: int | None) -> Said:
    """Show alliances invoked and honoured, by clause: PATH is a CSV of wars by alliance."""
    from experiments.history import invocations as invoked

    found = invoked.compared(path, before)
    return Said(invoked.as_json(found), invoked.in_words(found))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--before", type=int, help="Count years before this one alone.")
@answering
def signals(path: Path, before: int | None) -> Said:
    """Show words beside deeds: PATH is a CSV of protege-years of signals."""
    from experiments.history import signals as words

    found = words.compared(path, before)
    return Said(words.as_json(found), words.in_words(found))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--blank", type=WRITTEN, help="Blind sheet with the code book to write; no scores.")
@click.option("--second", type=click.Path(path_type=Path), help="Another coding of these cases.")
@answering
def cases(path: Path, blank: Path | None, second: Path | None) -> Said:
    """Compare two codings of the cases of PATH: agreement, and the score with either.

    Without --second the other coding is the column outcome_alt.
    """
    from experiments.history import recoding

    if blank is not None:
        from experiments.engine.store import refuse_unwritable

        refuse_unwritable(blank)
        count, book = recoding.blank(path, blank)
        beside = (f"{blank}: {count} cases; {book}: how to code them",)
        return replace(files([blank, book]), beside=beside)
    pair = recoding.both(path, second) if second else recoding.with_alternatives(path)
    found = recoding.compared(*pair)
    return Said(recoding.as_json(found), recoding.in_words(found))


@click.command()
@click.option("--until", required=True, help="Last day of the forecast, as 2025-12-31.")
@click.option("--runs", default=1000, type=click.IntRange(10), help="How many runs.")
@seed_option
@preset_options
@click.option("--out", type=WRITTEN, help="JSON file; default by its name.")
@answering
def forecast(preset: "Preset", until: str, runs: int, seed: int, out: Path | None) -> Said:
    """Write dated, sealed probabilities of defined events of PRESET until a day."""
    from datetime import date

    from experiments.engine.store import refuse_unwritable
    from experiments.history import forecast as forecasting

    try:
        day = date.fromisoformat(until)
    except ValueError as error:
        raise Complaint(f"--until: found '{until}'; valid: a day as 2025-12-31") from error
    path = out or Path(f"forecast-{preset.name}-{day}.json")
    refuse_unwritable(path)
    found = forecasting.forecast(preset, day, runs, seed, date.today())
    forecasting.write(found, path)
    return Said(forecasting.as_json(found), forecasting.in_words(found), (str(path),))


@click.command()
@click.argument("forecast", type=click.Path(path_type=Path))
@click.argument("outcomes", type=click.Path(path_type=Path))
@answering
def score(forecast: Path, outcomes: Path) -> Said:
    """Score a FORECAST file against OUTCOMES, a CSV with the columns event, happened."""
    from experiments.history import forecast as forecasting

    found = forecasting.scored(forecast, outcomes)
    return Said(forecasting.as_json(found), forecasting.score_in_words(found))


@click.command()
@click.option("--runs", default=1000, type=click.IntRange(10), help="How many runs.")
@seed_option
@preset_options
@workers_option
@answering
def bands(preset: "Preset", runs: int, seed: int, workers: int | None) -> Said:
    """Show how far each state goes in a war of PRESET, beside the base rates of history."""
    from experiments.history import bands as behaviour

    found = behaviour.bands(preset, runs, seed=seed, workers=workers or 1)
    return Said(behaviour.as_json(found), behaviour.in_words(found))


@click.command()
@click.option("--patron", help="Whose verdict; default: the first patron of PRESET.")
@click.option("--left-out", is_flag=True, help="Score each fit on patrons it has not seen; slow.")
@runs_option
@seed_option
@preset_options
@workers_option
@answering
def horizons(
    preset: "Preset",
    patron: str | None,
    left_out: bool,
    runs: int,
    seed: int,
    workers: int | None,
) -> Said:
    """Show a patron's verdict at several value horizons, the weights refitted at each."""
    from experiments.history import horizons as judging

    found = judging.horizons(
        preset, patron=patron, runs=runs, seed=seed, workers=workers or 1, left_out=left_out
    )
    return Said(judging.as_json(found), judging.in_words(preset, found))


COMMANDS = (
    calibrate,
    backtest,
    icb,
    third_parties,
    evidence,
    invocations,
    signals,
    cases,
    forecast,
    score,
    bands,
    horizons,
)
