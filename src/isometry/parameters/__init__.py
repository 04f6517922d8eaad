"""What a weight is: its address, shape, the meaning of its axes, its fans. No values live here."""

from isometry.parameters.axes import Axes, Blocks
from isometry.parameters.cells import (
    Box,
    Cell,
    box_shape,
    cells,
    folded,
    matrix_shape,
    part,
    whole_box,
)
from isometry.parameters.conventions import (
    CONVENTIONS,
    Convention,
    fans_by_convention,
    fans_by_shape_keras,
    fans_by_shape_torch,
    fans_flax,
    keras_shape,
    torch_shape,
)
from isometry.parameters.fans import FAN_MODES, FanMode, Fans, fans, phases
from isometry.parameters.padding import padding_factor
from isometry.parameters.parameter import LAYERS, ROLES, Layer, Parameter, Role
from isometry.parameters.surroundings import (
    LINEAR,
    NORMED,
    PARTS,
    STANDINGS,
    Normed,
    Part,
    Standing,
    Surroundings,
)

__all__ = [
    "CONVENTIONS",
    "FAN_MODES",
    "LAYERS",
    "LINEAR",
    "NORMED",
    "PARTS",
    "ROLES",
    "STANDINGS",
    "Axes",
    "Blocks",
    "Box",
    "Cell",
    "Convention",
    "FanMode",
    "Fans",
    "Layer",
    "Normed",
    "Parameter",
    "Part",
    "Role",
    "Standing",
    "Surroundings",
    "box_shape",
    "cells",
    "fans",
    "fans_by_convention",
    "fans_by_shape_keras",
    "fans_by_shape_torch",
    "fans_flax",
    "folded",
    "keras_shape",
    "matrix_shape",
    "padding_factor",
    "part",
    "phases",
    "torch_shape",
    "whole_box",
]
