"""Runs one long command at a time and tells the person waiting what happens and what to do when it fails.

Only the standard library, because it runs before anything is installed.
"""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# On a terminal the seconds tick in place; a log gets a line now and then, enough to see that nothing hangs.
TICK_TERMINAL_S = 1
TICK_LOG_S = 15
# The cause is at the top with some tools and at the bottom with others.
HEAD_LINES, TAIL_LINES = 12, 30


class StepFailed(SystemExit):
    """A step ended with an error that has been explained already; make stops with code 1."""

    def __init__(self) -> None:
        super().__init__(1)


def say(message: str) -> None:
    print(f"==> {message}", flush=True)


def fail(message: str, advice: str) -> StepFailed:
    """Explain a failure; the caller raises what this returns."""
    print(f"\nFAILED: {message}\n  what to do: {advice}", file=sys.stderr, flush=True)
    return StepFailed()


def run(
    title: str, command: list[str], *, advice: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> None:
    """Run `command` under the heading `title`, its output shown only if it fails.

    Raises `StepFailed` after printing the end of the output and `advice`.
    """
    started = time.monotonic()
    say(title)
    with tempfile.TemporaryFile() as output:
        stop = threading.Event()
        ticker = threading.Thread(target=_tick, args=(stop, started), daemon=True)
        ticker.start()
        try:
            code = subprocess.run(
                command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT, check=False
            ).returncode
        except OSError as error:
            raise fail(f"{title}: cannot run {command[0]}: {error.strerror}", advice) from error
        finally:
            stop.set()
            ticker.join()
        if code:
            output.seek(0)
            print(_excerpt(output.read().decode(errors="replace").splitlines()), file=sys.stderr)
            raise fail(f"{title} (exit code {code})", advice)
    print(f"    done in {time.monotonic() - started:.1f} s", flush=True)


def _excerpt(lines: list[str]) -> str:
    if len(lines) > HEAD_LINES + TAIL_LINES:
        lines = [*lines[:HEAD_LINES], f"    … {len(lines) - HEAD_LINES - TAIL_LINES} lines …", *lines[-TAIL_LINES:]]
    return "\n".join(lines)


def _tick(stop: threading.Event, started: float) -> None:
    terminal = sys.stdout.isatty()
    while not stop.wait(TICK_TERMINAL_S if terminal else TICK_LOG_S):
        elapsed = f"    … {time.monotonic() - started:.0f} s"
        print(elapsed, end="\r" if terminal else "\n", flush=True)
