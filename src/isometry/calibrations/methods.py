"""The methods: what each can be told, as frozen values."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from isometry import errors
from isometry.calibrations.factors import Moment

Per = Literal["channel", "tensor"]
Branches = Literal["depth", "skip", "unit"]
Form = Literal["adam", "sgd"]


@dataclass(frozen=True, slots=True)
class Method(ABC):
    """One way to improve weights by data."""

    name: ClassVar[str] = ""
    references: ClassVar[tuple[str, ...]] = ()

    def options(self) -> dict[str, Any]:
        """The options by name, as what JSON can hold."""
        return asdict(self)

    @property
    @abstractmethod
    def cost(self) -> str:
        """What it costs, in passes through the model."""


@dataclass(frozen=True, slots=True)
class LSUV(Method):
    """Layer-sequential unit variance, of each layer as it is called, in one forward pass.

    Mishkin & Matas 2016 run the model again for every layer and repeat until each is near enough. A
    layer is linear in its weight, so its factor is known at once; what it puts out is corrected on
    the way, and the layers behind it see the corrected signal.

    Attributes:
        target: Wanted standard deviation (root mean square) of each layer's output.
        per: One factor for a whole tensor (for each packed part of one), or one for each unit.
        moment: Whether ``target`` is meant around the mean or around 0.
        mean: Wanted mean, reached by the bias; ``None`` leaves it.
        branches: What the last weight of a residual branch gets: the target like all others, the
            target over the root of its stream's number of branches, or nothing.
        skip_normed: Leave layers alone whose output goes into a norm and nowhere else.
        embeddings: Also calibrate embeddings.
        orthogonal: First make every weight orthogonal, as the paper does; zeros stay.
        seed: Of the orthogonal start.
        pieces: Into how many parts the batch is cut along its first axis, for models that do not
            fit with their activations. Every layer then costs a run of each part.
    """

    name: ClassVar[str] = "lsuv"
    references: ClassVar[tuple[str, ...]] = ("mishkin2016",)
    target: float = 1.0
    per: Per = "tensor"
    moment: Moment = "variance"
    mean: float | None = None
    branches: Branches = "unit"
    skip_normed: bool = False
    embeddings: bool = False
    orthogonal: bool = False
    seed: int = 0
    pieces: int = 1

    @property
    def cost(self) -> str:
        """What it costs."""
        return "1 forward" if self.pieces == 1 else f"a forward of {self.pieces} pieces a layer"

    def __post_init__(self) -> None:
        _require(self, "target", above=0.0)
        _require(self, "pieces", least=1)
        if self.moment == "second" and self.mean is not None and abs(self.mean) >= self.target:
            raise errors.InputError(
                f"the mean is {self.mean} and the root mean square {self.target}",
                needed="a mean that is smaller",
                do="choose mean=0, or a larger target",
            )


@dataclass(frozen=True, slots=True)
class Krahenbuhl(Method):
    """Unit variance and mean 0 of each unit, then layers that learn at one relative rate.

    Krähenbühl et al. 2016. The second part moves factors from one layer to the next, which keeps
    the function where what stands between them is positively homogeneous; it is done for plain
    stacks of such layers and left out for all others, with the reason in the notes.

    Attributes:
        rounds: How many times the rates are measured and equalised.
        strength: ``α``, the part of the way that a round goes.
        seed: Of the noise that the rates are measured with.
    """

    name: ClassVar[str] = "krahenbuhl"
    references: ClassVar[tuple[str, ...]] = ("krahenbuhl2016",)
    rounds: int = 10
    strength: float = 0.25
    seed: int = 0

    @property
    def cost(self) -> str:
        """What it costs."""
        return f"1 forward, then {self.rounds} forwards and backwards on plain stacks"

    def __post_init__(self) -> None:
        _require(self, "rounds", least=0)
        _require(self, "strength", above=0.0)


@dataclass(frozen=True, slots=True)
class Jacobian(Method):
    """Every layer passes small differences on at the size they have: its local Jacobian norm is 1.

    The objective of He, Doshi & Gromov 2022, ``Σ (log J)²`` with ``J`` the mean squared norm of the
    Jacobian between the outputs of two layers in a row, over the number of outputs. ``J`` is the
    square of a layer's factor times what is known once the layers before it are done, so the layers
    are solved for in turn, within one forward pass and a short backward pass each; no descent.

    Attributes:
        target: Wanted ``J``.
        probes: Random directions for each layer; more of them make ``J`` more certain.
        seed: Of the directions.
    """

    name: ClassVar[str] = "jacobian"
    references: ClassVar[tuple[str, ...]] = ("he2022",)
    target: float = 1.0
    probes: int = 4
    seed: int = 0

    @property
    def cost(self) -> str:
        """What it costs."""
        return f"1 forward, and {self.probes} backward passes from each layer to the one before"

    def __post_init__(self) -> None:
        _require(self, "target", above=0.0)
        _require(self, "probes", least=1)


@dataclass(frozen=True, slots=True)
class GradInit(Method):
    """One scale for each tensor, so that the first step of training lowers the loss the most.

    Zhu et al. 2021: minimise the loss after one step under the constraint that the gradient's norm
    stays below ``gamma``.

    Attributes:
        form: The optimizer whose first step counts: gradients of norm 1, or signs.
        steps: Steps of the descent on the scales.
        rate: Its learning rate: how far a scale, which starts at 1, can go in a step.
        eta: Euclidean length of the step of training.
        gamma: Bound of the gradient's norm: ``‖g‖`` for ``sgd``, ``Σ|g| / √n`` of its ``n`` entries
            for ``adam``.
        least: The least scale of a weight.
        samples: Samples of the batch that a step sees; half of them again in the loss after it.
        first_order: No second derivatives: for operations that have none, and for less memory.
        patience: Looks at the objective without progress until it stops.
        every: Steps from one look to the next, and from one state in ``resume`` to the next.
        seed: Of the samples.
        resume: File that holds the state, for a run that goes on where another was killed.
    """

    name: ClassVar[str] = "gradinit"
    references: ClassVar[tuple[str, ...]] = ("zhu2021",)
    form: Form = "sgd"
    steps: int = 100
    rate: float = 0.02
    eta: float = 0.1
    gamma: float = 1.0
    least: float = 0.01
    samples: int = 128
    first_order: bool = False
    patience: int = 20
    every: int = 5
    seed: int = 0
    resume: str = ""

    @property
    def cost(self) -> str:
        """What it costs."""
        return f"{self.steps} steps of 2 forwards, a backward and a second derivative"

    def __post_init__(self) -> None:
        for name in ("rate", "eta", "gamma", "least"):
            _require(self, name, above=0.0)
        for name in ("steps", "samples", "patience", "every"):
            _require(self, name, least=1)


@dataclass(frozen=True, slots=True)
class MetaInit(Method):
    """One norm for each weight, so that the gradient changes little along itself.

    Dauphin & Schoenholz 2019: the gradient quotient, the mean of ``|(g - Hg)/(g + ε·sign g) - 1|``,
    is lowered by signed descent with momentum on the norms.

    Attributes:
        steps: Steps of the descent.
        rate: Its learning rate, in units of a weight's norm.
        momentum: Of its velocity.
        eps: ``ε``.
        output: Standard deviation of the model's output, held all the while by one factor on all
            weights; ``None`` lets the quotient decide it, too, as the paper does.
        samples: Samples of the batch that a step sees.
        patience: Looks at the objective without progress until it stops.
        every: Steps from one look to the next, and from one state in ``resume`` to the next.
        seed: Of the samples.
        resume: File that holds the state, for a run that goes on where another was killed.
    """

    name: ClassVar[str] = "metainit"
    references: ClassVar[tuple[str, ...]] = ("dauphin2019",)
    steps: int = 200
    rate: float = 0.1
    momentum: float = 0.9
    eps: float = 1e-5
    output: float | None = 1.0
    samples: int = 128
    patience: int = 40
    every: int = 5
    seed: int = 0
    resume: str = ""

    @property
    def cost(self) -> str:
        """What it costs."""
        return f"{self.steps} steps of a forward and a third derivative"

    def __post_init__(self) -> None:
        for name in ("rate", "eps", *(["output"] if self.output is not None else [])):
            _require(self, name, above=0.0)
        for name in ("steps", "samples", "patience", "every"):
            _require(self, name, least=1)


def _require(method: Any, name: str, *, above: float | None = None, least: int = 0) -> None:
    """Refuse a number that is too small, or no number of its kind."""
    value = getattr(method, name)
    kinds = (int,) if above is None else (int, float)
    fits = isinstance(value, kinds) and not isinstance(value, bool)
    if not fits or (value < least if above is None else not value > above):
        needed = f"a whole number of at least {least}" if above is None else f"above {above:g}"
        raise errors.InputError(
            f"{method.name}: {name} is {value!r}", needed=needed, do=f"change {name}="
        )
