"""Other people's trainers and loggers: callbacks for the ones, sinks for the others.

A module is named after what it serves and is loaded on its own, since it needs that library:
``isometry.integrations.lightning``, ``huggingface``, ``keras``; ``tensorboard``, ``wandb``,
``mlflow``.
"""

from isometry.integrations.jsonl import JsonLines

__all__ = ["JsonLines"]
