"""Keras reads its backend from the environment when it is first imported."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")
