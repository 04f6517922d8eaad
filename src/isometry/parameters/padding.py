"""What zero padding costs a convolution: taps that fall outside the image."""

from math import prod

import numpy as np

from isometry import errors


def padding_factor(image: tuple[int, ...], kernel: tuple[int, ...]) -> float:
    """Factor on the variance of a signal, a layer, in a deep stack of zero-padded convolutions.

    Near a border fewer than all taps meet the image, so a weight scaled by its fan lets the
    variance fall there. Over many layers its profile becomes the top eigenvector of the operator
    that counts taps, ``A[i, j] = 1`` where ``|i - j| ≤ k // 2``, and the factor is the eigenvalue
    over ``k``, multiplied over the axes. For ``k = 3`` it is ``(1 + 2 cos(π / (H + 1))) / 3``. A
    gain divided by the root of the factor makes up for it; delta-orthogonal kernels need no such
    thing.

    Args:
        image: Lengths of the image, which stride-1 layers with "same" padding keep.
        kernel: Odd lengths of the kernel, one for each axis.

    Returns:
        A number above 0 and at most 1.

    Raises:
        ShapeError: The axes do not match, an image is empty, or a kernel is even.

    >>> round(padding_factor((4, 4), (3, 3)), 6), round(padding_factor((32, 32), (3, 3)), 6)
    (0.761567, 0.993972)
    """
    if len(image) != len(kernel) or min(image, default=1) < 1 or any(k % 2 == 0 for k in kernel):
        raise errors.ShapeError(
            f"an image of {image} meets a kernel of {kernel}",
            needed="as many odd kernel lengths as lengths of at least 1",
            do="give both without channels",
        )
    return prod(_axis_factor(length, k) for length, k in zip(image, kernel, strict=True))


def _axis_factor(length: int, k: int) -> float:
    place = np.arange(length)
    taps = np.abs(place[:, None] - place) <= k // 2
    return float(np.linalg.eigvalsh(taps.astype(np.float64))[-1]) / k
