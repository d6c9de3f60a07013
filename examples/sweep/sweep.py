"""Search for good settings of a linear classifier on scikit-learn's digits.

`python sweep.py` draws at random; `python sweep.py --method grid` tries every combination.
"""

import argparse

import wandb
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

PARAMETERS = {
    "random": {
        "alpha": {"distribution": "log_uniform_values", "min": 1e-6, "max": 1e-1},
        "epochs": {"distribution": "int_uniform", "min": 2, "max": 8},
        "loss": {"values": ["hinge", "log_loss", "modified_huber"]},
    },
    "grid": {"alpha": {"values": [1e-5, 1e-3]}, "epochs": {"value": 4}, "loss": {"values": ["hinge", "log_loss"]}},
}


def train() -> None:
    digits = load_digits()
    x, valid_x, y, valid_y = train_test_split(digits.data / 16.0, digits.target, test_size=0.25, random_state=3)
    with wandb.init() as run:
        model = SGDClassifier(alpha=run.config.alpha, loss=run.config.loss, random_state=3)
        for epoch in range(run.config.epochs):
            model.partial_fit(x, y, classes=range(10))
            run.log({"epoch": epoch, "accuracy": float(model.score(valid_x, valid_y))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", default="digits-sweep")
    parser.add_argument("--method", choices=sorted(PARAMETERS), default="random")
    parser.add_argument("--count", type=int, default=5, help="runs at most")
    arguments = parser.parse_args()
    config = {
        "name": f"digits {arguments.method}",
        "method": arguments.method,
        "metric": {"name": "accuracy", "goal": "maximize"},
        "parameters": PARAMETERS[arguments.method],
    }
    sweep_id = wandb.sweep(config, project=arguments.project)
    wandb.agent(sweep_id, function=train, project=arguments.project, count=arguments.count)


if __name__ == "__main__":
    main()
