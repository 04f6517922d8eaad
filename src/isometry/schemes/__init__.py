"""How one weight is filled: a scheme is a frozen record that knows its law for any parameter."""

from isometry.schemes.catalogue import (
    from_json,
    name_of,
    names,
    references,
    scheme,
    scheme_type,
    summary,
    to_json,
)
from isometry.schemes.computed import Computed
from isometry.schemes.constants import Constant, Ones, Zeros
from isometry.schemes.delta_orthogonal import DeltaOrthogonal
from isometry.schemes.distributions import CutNormal, Normal, Sign, TruncatedNormal, Uniform
from isometry.schemes.draws import Derived, Draw, Elementwise, Piece, Pieces, Whole
from isometry.schemes.elementwise import ElementwiseScheme
from isometry.schemes.embeddings import (
    GPT_EMBEDDING,
    SMALL_INIT,
    InverseWidth,
    t_fixup_embedding,
)
from isometry.schemes.hadamard import Hadamard, ZerO
from isometry.schemes.identities import Dirac, Identity, TanhIdentity
from isometry.schemes.idinit import ZERO_BRANCH, IDInit
from isometry.schemes.kumar import Kumar
from isometry.schemes.mirrored import Mirrored
from isometry.schemes.mixtures import real_parts
from isometry.schemes.orthogonal import Orthogonal
from isometry.schemes.patchwork import Patchwork
from isometry.schemes.recurrent import (
    IRNN_INPUT,
    IRNN_RECURRENT,
    ChronoBias,
    ForgetBias,
    Gates,
)
from isometry.schemes.rows import Padded, Rows
from isometry.schemes.scheme import Moments, Scheme
from isometry.schemes.siren import Siren
from isometry.schemes.sparse import Sparse, SparseConnections
from isometry.schemes.spectral import Spectral, SpectralOrthogonal
from isometry.schemes.values import Values
from isometry.schemes.variance_scaling import (
    CAFFE,
    GEOMETRIC,
    GLOROT_NORMAL,
    GLOROT_UNIFORM,
    HE_NORMAL,
    HE_UNIFORM,
    LECUN_NORMAL,
    LECUN_UNIFORM,
    Distribution,
    VarianceScaling,
)
from isometry.schemes.weight_sums import WeightSums
from isometry.schemes.wrappers import Centred, Permuted, Scaled

__all__ = [
    "CAFFE",
    "GEOMETRIC",
    "GLOROT_NORMAL",
    "GLOROT_UNIFORM",
    "GPT_EMBEDDING",
    "HE_NORMAL",
    "HE_UNIFORM",
    "IRNN_INPUT",
    "IRNN_RECURRENT",
    "LECUN_NORMAL",
    "LECUN_UNIFORM",
    "SMALL_INIT",
    "ZERO_BRANCH",
    "Centred",
    "ChronoBias",
    "Computed",
    "Constant",
    "CutNormal",
    "DeltaOrthogonal",
    "Derived",
    "Dirac",
    "Distribution",
    "Draw",
    "Elementwise",
    "ElementwiseScheme",
    "ForgetBias",
    "Gates",
    "Hadamard",
    "IDInit",
    "Identity",
    "InverseWidth",
    "Kumar",
    "Mirrored",
    "Moments",
    "Normal",
    "Ones",
    "Orthogonal",
    "Padded",
    "Patchwork",
    "Permuted",
    "Piece",
    "Pieces",
    "Rows",
    "Scaled",
    "Scheme",
    "Sign",
    "Siren",
    "Sparse",
    "SparseConnections",
    "Spectral",
    "SpectralOrthogonal",
    "TanhIdentity",
    "TruncatedNormal",
    "Uniform",
    "Values",
    "VarianceScaling",
    "WeightSums",
    "Whole",
    "ZerO",
    "Zeros",
    "from_json",
    "name_of",
    "names",
    "real_parts",
    "references",
    "scheme",
    "scheme_type",
    "summary",
    "t_fixup_embedding",
    "to_json",
]
