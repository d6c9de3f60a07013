"""What a person looks at: pictures of wrong guesses, the rows of the table, the progress bar."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

PICTURES_MAX = 6
CYAN, DIM, RESET = "\x1b[36m", "\x1b[2m", "\x1b[0m"


def draw_misclassified(split, guesses: np.ndarray, folder: Path) -> list[tuple[Path, str]]:
    """PNG files of the first wrong guesses, each with its caption; right ones when none is wrong."""
    folder.mkdir()
    wrong = np.flatnonzero(guesses != split.valid_y)
    chosen = wrong[:PICTURES_MAX] if len(wrong) else np.arange(PICTURES_MAX)
    pictures = []
    for index in chosen:
        pixels = (split.valid_x[index].reshape(8, 8) * 255).astype(np.uint8)
        path = folder / f"digit-{index}.png"
        Image.fromarray(pixels).resize((128, 128), Image.Resampling.NEAREST).save(path)
        pictures.append((path, f"{split.valid_y[index]} taken for {guesses[index]}"))
    return pictures


def prediction_rows(split, guesses: np.ndarray, confidence: np.ndarray) -> tuple[list[str], list[list]]:
    rows = [
        [index, int(truth), int(guess), float(sure), bool(truth == guess), "" if truth == guess else f"{truth}→{guess}"]
        for index, (truth, guess, sure) in enumerate(zip(split.valid_y, guesses, confidence, strict=True))
    ]
    return ["index", "truth", "guess", "confidence", "right", "mistake"], rows


def progress_line(epoch: int, epochs: int, number: int, total: int, loss: float) -> None:
    """Redraw one line of the terminal; a new line only when the epoch is over."""
    done = number * 30 // total
    bar = f"{CYAN}{'█' * done}{DIM}{'░' * (30 - done)}{RESET}"
    end = "\n" if number == total else ""
    sys.stdout.write(f"\repoch {epoch}/{epochs} {bar} {number:>3}/{total} loss {loss:.4f}{end}")
    sys.stdout.flush()
