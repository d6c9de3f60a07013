"""What `search_by_optuna` searches."""

import optuna


def space(trial: optuna.Trial) -> dict[str, float | int]:
    return {"x": trial.suggest_float("x", -2.0, 2.0), "n": trial.suggest_int("n", 1, 3)}
