"""Real data that ships with a package: 8 x 8 pictures of digits."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def load() -> tuple:
    """Features from 0 to 1 and labels, for training and for testing."""
    data = load_digits()
    return train_test_split((data.data / 16).astype(np.float32), data.target, test_size=0.25, random_state=1)
