"""A module that is loaded when something of it is used is whole for everybody who imported it before."""

import subprocess
import sys

PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from steelyard.cli.loading import load_at_first_use

load_at_first_use("numpy")
import numpy as np
assert not any(name.startswith("numpy.") for name in sys.modules), "it is loaded by its import alone"
together = Barrier(8)

def ask(number):
    together.wait()
    return np.arange(number).sum().item() + int(np.linalg.norm([3.0, 4.0]))

with ThreadPoolExecutor(8) as pool:
    print(list(pool.map(ask, range(8))))
import numpy
import numpy.typing
import pyarrow
print(numpy.empty is np.empty, isinstance(pyarrow.array([1]).to_numpy(), np.ndarray), type(np).__name__)
"""


def test_threads_that_use_it_first_at_the_same_time_all_get_it() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "[5, 5, 6, 8, 11, 15, 20, 26]\nTrue True module\n", done.stderr
