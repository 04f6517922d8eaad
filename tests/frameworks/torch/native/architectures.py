"""All architectures that the recording is compared on."""

from tests.frameworks.torch.native.sequence_architectures import SEQUENCE_ARCHITECTURES
from tests.frameworks.torch.native.shrunk import Architecture
from tests.frameworks.torch.native.signal_architectures import SIGNAL_ARCHITECTURES
from tests.frameworks.torch.native.text_architectures import TEXT_ARCHITECTURES

ARCHITECTURES = (*TEXT_ARCHITECTURES, *SEQUENCE_ARCHITECTURES, *SIGNAL_ARCHITECTURES)

QUICK = ("gpt2", "llama", "mixtral", "mamba", "bert", "t5", "swin", "wav2vec2", "clip")
"""The slice that every test run covers."""


def architecture(name: str) -> Architecture:
    """The architecture of that name."""
    (found,) = (one for one in ARCHITECTURES if one.name == name)
    return found
