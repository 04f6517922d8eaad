import sys

import pytest

from isometry import errors
from isometry.integrations.mlflow import MLflow
from isometry.integrations.tensorboard import TensorBoard
from isometry.integrations.wandb import WandB


@pytest.mark.parametrize(
    ("sink", "module", "package"),
    [
        (lambda: TensorBoard("runs"), "torch.utils.tensorboard", "tensorboard"),
        (WandB, "wandb", "wandb"),
        (MLflow, "mlflow", "mlflow-skinny"),
    ],
)
def test_a_library_that_is_missing_is_named(
    sink: type, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(errors.MissingDependencyError, match=f"Do: pip install {package}"):
        sink()
