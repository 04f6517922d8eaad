"""Where frameworks disagree under one name: the rows of the table, each with its test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One difference between frameworks.

    Attributes:
        subject: What they disagree about.
        torch: What torch does.
        keras: What Keras does.
        jax: What JAX and Flax do.
        ours: What isometry does under each name, and under its own.
        test: The test that measures it.
    """

    subject: str
    torch: str
    keras: str
    jax: str
    ours: str
    test: str


DISAGREEMENTS = (
    Disagreement(
        'He and Glorot "normal"',
        "plain normal",
        "cut at 2 stds, exact variance",
        "cut at 2 stds, exact variance",
        'each drop-in as its framework; a scheme says which: `distribution="normal"` or '
        '`"truncated_normal"`, of one variance',
        "test_normal_he_is_cut_in_keras_and_jax_only",
    ),
    Disagreement(
        "bounds of a truncated normal",
        "absolute: ±2 cuts nothing at std 0.02",
        "in stds, std not corrected; on torch's backend 4 values in a million leave them",
        "in stds, std not corrected",
        "`TruncatedNormal` absolute, `CutNormal(cut, exact_std)` in stds; `trunc_normal_` takes "
        "`cut=`",
        "test_bounds_are_absolute_in_torch_only",
    ),
    Disagreement(
        '`distribution="normal"`',
        "–",
        "the truncated one",
        "the plain one",
        'each drop-in as its framework; in schemes `"normal"` is plain',
        "test_a_distribution_called_normal_is_truncated_in_keras_only",
    ),
    Disagreement(
        "range of `uniform` by default",
        "[0, 1)",
        "±0.05",
        "[0, 0.01)",
        "each drop-in as its framework; `schemes.Uniform` has no default",
        "test_uniform_has_three_default_ranges",
    ),
    Disagreement(
        "default of a dense layer",
        "U(±1/√fan_in), bias too",
        "Glorot uniform, bias 0",
        "LeCun normal, bias 0",
        "recipes `torch`, `keras`, `flax`, for any model",
        "test_dense_layers_start_with_three_variances",
    ),
    Disagreement(
        "recurrent layers",
        "U(±1/√hidden) everywhere",
        "orthogonal, forget bias 1",
        "orthogonal, forget bias 0",
        "recipes `torch`, `keras`, `flax`; `ForgetBias`, `ChronoBias`, `Orthogonal` per gate",
        "test_recurrent_layers_disagree_on_the_forget_gate",
    ),
    Disagreement(
        "embeddings",
        "N(0, 1)",
        "U(±0.05), std 0.029",
        "N(0, 1/features)",
        "recipes `torch`, `keras`, `flax`; `gpt2` 0.02",
        "test_embeddings_start_with_three_stds",
    ),
    Disagreement(
        "fans of a transposed convolution",
        "swapped",
        "swapped",
        "right, stride ignored",
        "drop-ins and conventions as each framework; `semantic`, the default of schemes, sums what "
        "the layer sums, stride included",
        "test_fans_of_transposed_convolutions_are_swapped_in_torch_and_keras",
    ),
    Disagreement(
        "fans of a depthwise convolution",
        "fan_in right, fan_out × channels",
        "fan_in × channels",
        "fan_in right, fan_out × channels",
        "as above; `semantic` counts one group",
        "test_fans_of_depthwise_convolutions_count_other_groups",
    ),
    Disagreement(
        "axes that the caller names",
        "none can be named",
        "`input_axes`, `output_axes`; others are dropped",
        "`in_axis`, `out_axis`; others are taps, but for `batch_axis`; Flax's `LinearGeneral` "
        "counts its batch as inputs",
        "drop-ins as each framework; `Axes` gives every axis one meaning",
        "test_axes_that_are_not_named_are_taps_in_jax_and_nothing_in_keras",
    ),
    Disagreement(
        "geometric mean of the fans; a fan of 0",
        "no; no-op",
        "no; taken for 1",
        "`fan_geo_avg`; ZeroDivisionError",
        "`fan_geo`, and `fan_geo_avg` in both drop-ins; an empty tensor is filled with nothing",
        "test_the_geometric_mean_is_jaxs_alone",
    ),
    Disagreement(
        "a weight of one axis",
        "error",
        "its length is both fans",
        "error",
        "drop-ins as each framework; `semantic` asks for the axes",
        "test_a_vector_has_fans_in_keras_only",
    ),
    Disagreement(
        "sparse",
        "⌈s · out⌉ zeros per input unit, std 0.01",
        "none",
        "none",
        '`Sparse(per="input")`; `per="output"` counts per output unit as MLX; '
        "`SparseConnections(15)` as Martens",
        "test_sparse_zeros_are_counted_per_column_in_torch",
    ),
    Disagreement(
        "slope of a leaky ReLU by default",
        "0 in `kaiming_*`, 0.01 in `calculate_gain`",
        "none",
        "none",
        "the torch drop-in as torch; elsewhere the slope is part of the name: `leaky_relu(0.2)`",
        "test_the_default_slope_depends_on_the_function_in_torch",
    ),
    Disagreement(
        "gains of tanh, SELU, sigmoid",
        "5/3, 3/4, 1",
        "none",
        "none",
        'the drop-in as torch; `iso.gain` is exact and names its convention: `"forward"` 1.5925, '
        '1, 1.8462; `"kumar"`, `"critical"`, `"torch"` and more',
        "test_gains_of_torch_are_not_those_that_keep_the_signal",
    ),
    Disagreement(
        "where numbers come from",
        "a generator with a state; `sparse_` ignores it for the zeros",
        "a seed in the instance, which repeats itself",
        "a key",
        "a function of (seed, path, index) everywhere; a generator or key is only read for a seed",
        "test_keras_repeats_itself_and_torchs_sparse_ignores_its_generator",
    ),
    Disagreement(
        "the same seed in another version",
        "not promised across releases (`trunc_normal_`'s algorithm changed)",
        "values depend on the backend",
        "values depend on a flag of the generator",
        "bits are frozen under the tag `v1`; other bits would be another tag",
        "test_bits_are_frozen",
    ),
    Disagreement(
        "orthogonal in half precision; complex",
        "error; plain laws only",
        "error on torch's backend; plain laws only",
        "error; yes",
        "orthogonal in every floating dtype; complex is refused",
        "test_orthogonal_matrices_come_in_every_dtype",
    ),
    Disagreement(
        "meta tensors",
        "left alone",
        "–",
        "shapes only, under `eval_shape`",
        "left alone by the drop-in, which still counts the call, so that a model built on meta and "
        "one built for real use the same paths",
        "test_meta_tensors_are_left_alone_and_counted",
    ),
)
