"""The gated units of transformers' feed-forward layers, by the activation of their gate."""

GATES: dict[str, str] = {
    "bilinear": "linear",
    "geglu": "gelu",
    "geglu_tanh": "gelu_tanh",
    "glu": "sigmoid",
    "mishglu": "mish",
    "reglu": "relu",
    "swiglu": "silu",
}
"""Unit ↦ gate (Shazeer 2020, eqs. 5 and 6)."""

GATE_REFERENCES = ("shazeer2020",)
