"""What kind of tensor it is, and whether values can be written into it."""

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from isometry import errors

if TYPE_CHECKING:
    from torch.distributed.tensor import DTensor

_PYTHON_DISPATCH = torch.Tensor.__torch_dispatch__
"""What a tensor class has whose operations are torch's own."""

_SIZES: dict[type[nn.Module], tuple[str, ...]] = {
    nn.Linear: ("in_features", "out_features"),
    nn.Embedding: ("num_embeddings", "embedding_dim"),
    nn.EmbeddingBag: ("num_embeddings", "embedding_dim"),
    nn.Conv1d: ("in_channels", "out_channels"),
    nn.Conv2d: ("in_channels", "out_channels"),
    nn.Conv3d: ("in_channels", "out_channels"),
    nn.ConvTranspose1d: ("in_channels", "out_channels"),
    nn.ConvTranspose2d: ("in_channels", "out_channels"),
    nn.ConvTranspose3d: ("in_channels", "out_channels"),
    nn.RNNBase: ("hidden_size",),
    nn.MultiheadAttention: ("embed_dim",),
}
"""What gives a layer's size: where all are positive, an empty weight is a placeholder."""


def dtype_name(dtype: torch.dtype) -> str:
    """The framework-free name of a dtype.

    >>> dtype_name(torch.bfloat16)
    'bfloat16'
    """
    return str(dtype).removeprefix("torch.")


def is_dtensor(tensor: Tensor) -> "TypeGuard[DTensor]":
    """Whether it is a ``DTensor``; the module that defines it is not loaded to find out."""
    module = sys.modules.get("torch.distributed.tensor")
    return module is not None and isinstance(tensor, module.DTensor)


def has_strided_memory(tensor: Tensor) -> bool:
    """Whether its elements lie in one storage at regular distances."""
    return (
        not is_lazy(tensor)
        and tensor.layout == torch.strided
        and not tensor.is_quantized
        and not is_wrapper(tensor)
    )


def is_wrapper(tensor: Tensor) -> bool:
    """Whether it is a subclass with operations of its own, whose memory is somewhere else."""
    return type(tensor).__torch_dispatch__ is not _PYTHON_DISPATCH


def refuse_undescribable(path: str, tensor: Tensor, owner: nn.Module) -> None:
    """Refuse a tensor whose shape is not known.

    Args:
        path: Its address.
        tensor: The tensor.
        owner: The module that it belongs to, which knows its size.

    Raises:
        UnsupportedTensorError: It is lazy, or partitioned away by ZeRO-3.
    """
    if is_lazy(tensor):
        raise errors.UnsupportedTensorError(
            f"it is an {type(tensor).__name__}, which has no shape yet",
            needed="a shape",
            do="run the model once on an example batch, then plan",
            path=path,
        )
    if tensor.numel() == 0 and (_zero_shape(tensor) or _is_placeholder(owner)):
        raise errors.UnsupportedTensorError(
            f"it holds 0 elements here{_zero_shape(tensor)}, as DeepSpeed's ZeRO stage 3 leaves it",
            needed="the whole tensor, or the place of its shard",
            do="enter deepspeed.zero.GatheredParameters(model.parameters(), modifier_rank=0), "
            "or write the shard with isometry.torch.fill_local",
            path=path,
        )


def unwritable(tensor: Tensor) -> tuple[str, str] | None:
    """Why values cannot be written into ``tensor``, as (found, do); ``None`` where they can."""
    if is_dtensor(tensor):
        return None
    if tensor.is_quantized:
        return (
            f"it is quantized ({dtype_name(tensor.dtype)})",
            "initialize the float model, then quantize it",
        )
    if tensor.layout != torch.strided:
        return f"its layout is {tensor.layout}", "initialize it dense, then convert it"
    if is_wrapper(tensor):
        return (
            f"it is a {type(tensor).__name__}, a tensor class with operations of its own",
            "initialize the model before its weights are converted",
        )
    if tensor.is_conj() or tensor.is_neg():
        return (
            "it is a conjugate that has not been computed yet",
            "call .resolve_conj() on it in the model's constructor",
        )
    if tensor.device.type == "meta":
        return "it is on the meta device and has no memory", "call materialize(model, plan)"
    return None


def _zero_shape(tensor: Tensor) -> str:
    # DeepSpeed marks a partitioned parameter with attributes; it has no class of its own to ask.
    attributes: dict[str, Any] = vars(tensor) if isinstance(tensor, nn.Parameter) else {}
    if "ds_id" not in attributes:
        return ""
    return f" of shape {tuple(attributes.get('ds_shape', ()))}"


def _is_placeholder(owner: nn.Module) -> bool:
    for cls, sizes in _SIZES.items():
        if isinstance(owner, cls):
            return all(getattr(owner, size) > 0 for size in sizes)
    return False
