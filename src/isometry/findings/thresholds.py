"""Where a rule begins to speak, and where it calls an error; calibrated on docs/diagnosis.md.

Sizes along a course are told by their slope in decades a layer and by their total in decades: a
slope alone cannot tell a deep net from a shallow one, a total alone not a jump from a drift.
"""

SLOPE = 0.015
"""Decades a layer below which no drift is spoken of: a factor of 1.035."""
TOTAL = 1.0
"""Decades from the first layer to the last from which a drift is a warning."""
SEVERE = 1.5
"""Decades from which it is an error."""

DEAD = 0.25
"""Share of dead units in a layer that is a warning (SageMaker Debugger calls half of them bad)."""
DEAD_SEVERE = 0.5
"""Share that is an error."""

SATURATED = 0.3
"""Share of saturated values that is a warning."""
SATURATED_SEVERE = 0.6
"""Share that is an error."""

BEND = 1e-3
"""Sum over all activations of the variance that no straight line explains, below which a net is
all but linear."""

ALIKE = 1e-3
"""``1 - cos`` of two samples' features below which they are hard to tell apart: a warning."""
ALIKE_SEVERE = 1e-5
"""Below which they are the same for float32 gradients: an error."""
ALIKE_FALL = 1e-2
"""Part of the first layer's ``1 - cos`` that the last must fall below."""

LOSS = 1.5
"""Initial cross entropy above ``log classes``, in nats, that is a warning: normal logits of std s
add ``s²/2``, so that one layer of He's weights before softmax, s = 1.4, passes."""
LOSS_SEVERE = 5.0
"""That is an error."""
SQUARE = 4.0
"""Initial mean square over the targets' variance that is a warning: outputs of three times it."""
SQUARE_SEVERE = 100.0
"""That is an error."""
LOGITS = 3.0
"""Std of logits over the classes that is a warning: two of ten classes share the probability."""
LOGITS_SEVERE = 10.0
"""That is an error."""
ENTERING = 3.0
"""Root mean square of what enters the last layer, up to which that layer alone is mended."""

SHIFT = 4.0
"""``|mean| / std`` of what enters a layer that is a warning; the worst usual start, a sigmoid at
its critical point, has 2.2."""

ENTROPY = 0.4
"""Entropy of attention over that of equal keys below which it is a warning; usual starts are
above 0.8."""
ENTROPY_SEVERE = 0.15
"""Below which it is an error."""
KEYS = 4
"""Keys that a query must see for its entropy to say something."""

COPIES = 0.25
"""Share of units that are copies of others from which it is an error."""

WILD = 1e10
"""Largest value of a tensor with NaNs from which it was not written at all."""
SUBNORMAL = 0.01
"""Share of a tensor below the least normal number that is a warning."""
SUBNORMAL_SEVERE = 0.5
"""That is an error."""
UNDERFLOW = 0.1
"""Share of a weight's gradients that float16 makes zero that is a warning."""

UPDATE = (-4.0, -2.0)
"""log10 of update over weight: below it a layer hardly learns, above it steps are too large."""
UPDATE_SEVERE = -1.0
"""Above it is an error: a step replaces a tenth of the weight."""
RISE = 0.1
"""Rise of a layer's share of dead units, from its first capture to the last, that is a warning."""
