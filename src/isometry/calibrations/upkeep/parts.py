"""The parts: what each does to a model while it trains, and what it can be told."""

from dataclasses import dataclass
from typing import ClassVar

from isometry.calibrations.upkeep.part import Part, between, whole


@dataclass(frozen=True, slots=True)
class Revive(Part):
    """Dormant units get fresh incoming weights, a bias of 0, and outgoing weights of 0.

    Sokar et al. 2023 (ReDo): the score of a unit is ``E|h_i|`` over the mean of its layer, on the
    example. Entries of the optimizer's memory that belong to a unit become 0. At ``tau=0`` the
    outputs on the example stay.

    Attributes:
        tau: Greatest score of a dormant unit; Sokar et al. use 0 to 0.1.
        every: Steps from one look to the next.
        until: The last step at which it looks; ``None`` for no last one.
    """

    name: ClassVar[str] = "revive"
    references: ClassVar[tuple[str, ...]] = ("sokar2023",)
    tau: float = 0.0
    every: int = 100
    until: int | None = None

    def __post_init__(self) -> None:
        between(self, "tau", low=0.0)
        whole(self, "every", *(() if self.until is None else ("until",)))

    @property
    def keeps(self) -> bool:
        """Where every dormant unit says nothing at all."""
        return self.tau == 0


@dataclass(frozen=True, slots=True)
class Renew(Part):
    """A small part of the mature units with the least utility starts anew, again and again.

    Dohare et al. 2023 (continual backprop). With ``h_i`` a unit's activation as training runs it,
    ``u_i ← η u_i + (1 - η) E|h_i| Σ_k |w_ik|``. A renewed unit gets fresh incoming weights, a bias
    of 0 and outgoing weights of 0; ``Σ w_ik`` times the running mean of ``h_i`` goes into the next
    layer's biases, so that only what varies of its contribution is lost.

    Attributes:
        rate: Part of the mature units of a layer that is renewed at each step, ``ρ``.
        maturity: Steps for which a unit is left alone.
        decay: Of the running means, ``η``.
    """

    name: ClassVar[str] = "renew"
    references: ClassVar[tuple[str, ...]] = ("dohare2023",)
    rate: float = 1e-4
    maturity: int = 100
    decay: float = 0.99

    def __post_init__(self) -> None:
        between(self, "rate", low=0.0, high=1.0)
        between(self, "decay", low=0.0, high=1.0, open_above=True)
        whole(self, "maturity")

    @property
    def keeps(self) -> bool:
        """No: what varies of a renewed unit is lost."""
        return False


@dataclass(frozen=True, slots=True)
class Balance(Part):
    """Each unit's incoming and outgoing weights get one norm; the function stays.

    Stock et al. 2019 (ENorm), between two layers with a positively homogeneous activation. The
    optimizer's memory is scaled with the weights. No other step of training is invariant: where a
    unit's weights become ``d`` times as long, a step of plain gradient descent is ``1/d²`` as long
    beside them.

    Attributes:
        every: Steps from one balance to the next.
        sweeps: How often all pairs of layers are gone through each time, at most.
    """

    name: ClassVar[str] = "balance"
    references: ClassVar[tuple[str, ...]] = ("stock2019",)
    planned: ClassVar[bool] = False
    every: int = 100
    sweeps: int = 20

    def __post_init__(self) -> None:
        whole(self, "every", "sweeps")

    @property
    def keeps(self) -> bool:
        """Yes."""
        return True


@dataclass(frozen=True, slots=True)
class Gain(Part):
    """The gain of each layer is led to a target in the first steps.

    The gain of a layer is ``r = E x² / E x_before²``, of what leaves its activation and of what
    entered its weight, on the example. Each step multiplies the layer by ``(target / r)^κ``, which
    takes ``log r`` to ``log target`` by the part ``2κ`` of the way where the activation is
    homogeneous. A stack's last layer is left alone.

    Attributes:
        steps: For how many steps.
        kappa: ``κ``, at most 0.1.
        target: Wanted gain.
        compensate: Divide the next layer's weight by the same, so that the function stays; layers
            without a homogeneous activation are then left out. Else the function changes, and the
            optimizer's memory is left as it is.
    """

    name: ClassVar[str] = "gain"
    planned: ClassVar[bool] = False
    steps: int = 100
    kappa: float = 0.1
    target: float = 1.0
    compensate: bool = True

    def __post_init__(self) -> None:
        between(self, "kappa", low=0.0, high=0.1, open_below=True)
        between(self, "target", low=0.0, open_below=True)
        whole(self, "steps")

    @property
    def keeps(self) -> bool:
        """Where the next layer makes up for it."""
        return self.compensate


@dataclass(frozen=True, slots=True)
class Variance(Part):
    """Weights whose result goes straight into a norm get back the spread that the plan gave them.

    ``W ← W σ / std(W)`` with ``σ`` of the plan, the bias alike. The norm takes the factor out
    again, so the function stays up to the norm's epsilon, while the effective learning rate of the
    weight, which falls as it grows, is what it was.

    Attributes:
        every: Steps from one time to the next.
    """

    name: ClassVar[str] = "variance"
    every: int = 100

    def __post_init__(self) -> None:
        whole(self, "every")

    @property
    def keeps(self) -> bool:
        """Up to the norm's epsilon."""
        return True


@dataclass(frozen=True, slots=True)
class Clip(Part):
    """No gradient is longer than a part of the weight that it changes, unit by unit.

    Brock et al. 2021 (adaptive gradient clipping): ``G_i ← λ max(‖W_i‖, ε) / ‖G_i‖ · G_i`` where
    ``‖G_i‖ > λ max(‖W_i‖, ε)``, with ``ε`` = 1e-3, for each row ``i`` of a weight and for each
    vector as a whole, before the optimizer's step. Layers that make the output are left alone.

    Attributes:
        limit: ``λ``; 0.01 for batches of thousands to 0.16 for small ones.
    """

    name: ClassVar[str] = "clip"
    references: ClassVar[tuple[str, ...]] = ("brock2021high",)
    planned: ClassVar[bool] = False
    limit: float = 0.1

    def __post_init__(self) -> None:
        between(self, "limit", low=0.0, open_below=True)

    @property
    def keeps(self) -> bool:
        """It writes to no weight."""
        return True


@dataclass(frozen=True, slots=True)
class Orthogonal(Part):
    """Weights that were planned orthogonal are led back to the nearest orthogonal ones.

    Newton and Schulz: ``X ← X (1.5 - 0.5 Xᵀ X)`` takes each singular value ``s`` of ``X`` in
    (0, √3) to ``s (1.5 - 0.5 s²)`` and so to 1; ``X`` is the weight over the singular value that
    the plan gave it, and is first divided by its greatest singular value where that is not below
    √3. The function changes.

    Attributes:
        every: Steps from one time to the next.
        iterations: Of the formula, each time.
        select: Globs of paths of weights to treat in place of those that the plan says.
    """

    name: ClassVar[str] = "orthogonal"
    references: ClassVar[tuple[str, ...]] = ("bjorck1971",)
    every: int = 100
    iterations: int = 5
    select: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        whole(self, "every", "iterations")

    @property
    def keeps(self) -> bool:
        """No."""
        return False


@dataclass(frozen=True, slots=True)
class Shrink(Part):
    """All weights are drawn towards fresh ones: ``θ ← λ θ + (1 - λ) θ_fresh``.

    Ash & Adams 2020 (shrink and perturb), with the plan's own law for the perturbation. The
    optimizer's memory stays. The function changes.

    Attributes:
        factor: ``λ``.
        every: Steps from one time to the next.
    """

    name: ClassVar[str] = "shrink"
    references: ClassVar[tuple[str, ...]] = ("ash2020",)
    factor: float = 0.8
    every: int = 1000

    def __post_init__(self) -> None:
        between(self, "factor", low=0.0, high=1.0)
        whole(self, "every")

    @property
    def keeps(self) -> bool:
        """No."""
        return False


def due(part: Part, step: int) -> bool:
    """Whether a part acts at a step of the optimizer.

    Args:
        part: The part.
        step: Which step, counted from 1.

    Returns:
        Whether it does; for one that looks at every step, that it looks.

    >>> [step for step in range(1, 8) if due(Revive(every=2, until=5), step)]
    [2, 4]
    """
    match part:
        case Clip() | Renew():
            return True
        case Gain():
            return step <= part.steps
        case Revive():
            return step % part.every == 0 and (part.until is None or step <= part.until)
        case _:
            return step % int(part.options()["every"]) == 0
