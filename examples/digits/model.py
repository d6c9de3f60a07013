"""The data and the network: nothing here knows that anything is logged."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

BETAS = (0.9, 0.999)
ALPHA = 1e-4


def save_dataset(folder: Path) -> list[Path]:
    """Write the digits as `digits.npz` and their labels as `labels.csv`."""
    digits = load_digits()
    np.savez_compressed(folder / "digits.npz", x=digits.data / 16.0, y=digits.target)
    lines = ["index,label", *(f"{index},{label}" for index, label in enumerate(digits.target))]
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return [folder / "digits.npz", folder / "labels.csv"]


@dataclass(frozen=True)
class Split:
    train_x: np.ndarray
    valid_x: np.ndarray
    train_y: np.ndarray
    valid_y: np.ndarray

    def batches(self, size: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        order = np.random.default_rng(seed).permutation(len(self.train_x))
        for begin in range(0, len(order), size):
            chosen = order[begin : begin + size]
            yield self.train_x[chosen], self.train_y[chosen]


def load_split(path: Path, seed: int) -> Split:
    with np.load(path) as data:
        return Split(*train_test_split(data["x"], data["y"], test_size=0.2, random_state=seed, stratify=data["y"]))


class Model:
    """A multi-layer perceptron that learns batch by batch."""

    def __init__(self, hidden: list[int], learning_rate: float, seed: int) -> None:
        self._network = MLPClassifier(
            tuple(hidden),
            alpha=ALPHA,
            learning_rate_init=learning_rate,
            beta_1=BETAS[0],
            beta_2=BETAS[1],
            random_state=seed,
        )

    def learn(self, x: np.ndarray, y: np.ndarray) -> dict:
        """One step on a batch; the first has no step length (NaN), as there were no weights before it."""
        before = self._weights() if hasattr(self._network, "coefs_") else np.nan
        self._network.partial_fit(x, y, classes=np.arange(10))
        weights = self._weights()
        return {
            "train/loss": float(self._network.loss_),
            "train/accuracy": float(self._network.score(x, y)),
            "optimizer": {
                "step_length": float(np.linalg.norm(weights - before)),
                "weight_norm": float(np.linalg.norm(weights)),
            },
            "samples": int(self._network.t_),
        }

    def judge(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, dict]:
        """Guessed classes, and loss and accuracy against the true ones `y`."""
        odds = self._network.predict_proba(x)
        guesses = odds.argmax(axis=1)
        return guesses, {"loss": float(log_loss(y, odds)), "accuracy": float((guesses == y).mean())}

    def confidence(self, x: np.ndarray) -> np.ndarray:
        return self._network.predict_proba(x).max(axis=1)

    def first_layer(self) -> np.ndarray:
        return self._network.coefs_[0]

    def save(self, folder: Path) -> Path:
        folder.mkdir()
        for number, (weights, biases) in enumerate(zip(self._network.coefs_, self._network.intercepts_, strict=True)):
            np.savez(folder / f"layer-{number}.npz", weights=weights, biases=biases)
        return folder

    def _weights(self) -> np.ndarray:
        return np.concatenate([layer.ravel() for layer in self._network.coefs_])
