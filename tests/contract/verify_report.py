"""What `wandb verify` printed, line by line."""

import re
from dataclasses import dataclass

CHECK, CROSS, YELLOW, RED = "✅", "❌", "\x1b[33m", "\x1b[31m"
LINES = [
    "Checking if logged in",
    "Checking signed URL upload",
    "Checking ability to send large payloads through proxy",
    "Checking requests to base url",
    "Checking requests made over signed URLs",
    "Checking CORs configuration of the bucket",
    "Checking wandb package version is up to date",
    "Checking logged metrics, saving and downloading a file",
    "Checking artifact save and download workflows",
    "Checking sweep creation and agent execution",
]


@dataclass(frozen=True)
class VerifyReport:
    """`marks` has each line's ✅ or ❌, in order; `complaints` the coloured texts below the lines."""

    marks: dict[str, str]
    yellow: list[str]
    red: list[str]

    @staticmethod
    def read(output: str) -> "VerifyReport":
        marks = {
            name.rstrip("."): mark
            for name, mark in re.findall(rf"^(Checking [^\n]*?)\.+\s*({CHECK}|{CROSS})", output, re.MULTILINE)
        }
        return VerifyReport(marks, _coloured(output, YELLOW), _coloured(output, RED))

    @property
    def failed(self) -> list[str]:
        return [name for name, mark in self.marks.items() if mark != CHECK]


def _coloured(output: str, colour: str) -> list[str]:
    texts = re.findall(rf"{re.escape(colour)}(.*?)\x1b\[0m", output, re.DOTALL)
    return [re.sub(r"\x1b\[[0-9;]*m", "", text) for text in texts]
