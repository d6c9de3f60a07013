"""An Optuna study, each trial a step of one run."""

import optuna
import wandb
from exchange import record
from optuna_integration.wandb import WeightsAndBiasesCallback


def valley(trial: optuna.Trial) -> float:
    x = trial.suggest_float("x", -10, 10)
    shape = trial.suggest_categorical("shape", ["round", "steep"])
    return (x - 2) ** (2 if shape == "round" else 4)


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
study.optimize(
    valley, n_trials=12, callbacks=[WeightsAndBiasesCallback(metric_name="depth", wandb_kwargs={"project": "optuna"})]
)
path = wandb.run.path
wandb.finish()
record({"path": path, "depths": [trial.value for trial in study.trials], "params": [t.params for t in study.trials]})
