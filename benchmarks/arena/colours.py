"""Each start has its colour in every picture."""

COLOURS = {
    "auto": "#0969da",
    "torch": "#8c959f",
    "xavier": "#bf8700",
    "he": "#cf222e",
    "lecun": "#1a7f37",
    "kumar": "#8250df",
    "orthogonal": "#bc4c00",
    "delta": "#953800",
    "lsuv": "#1b7c83",
    "anyinit": "#bf3989",
    "anyinit-data": "#e85aad",
    "gradinit": "#4d2d00",
}
"""Of each start, by its name."""
