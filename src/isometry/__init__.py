"""isometry gives every network the right start.

It decides how each weight of a model should be filled and why, fills them fast and reproducibly,
proves that it did, and explains.
"""
