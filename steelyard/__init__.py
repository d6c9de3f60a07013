"""Steelyard: an experiment-tracking server that the unmodified wandb client talks to."""

__version__ = "0.1.0"
