"""Weights improved by data: each method, and the one forward that corrects what it sees."""

from isometry.frameworks.torch.calibrating.calibrate import calibrate

__all__ = ["calibrate"]
