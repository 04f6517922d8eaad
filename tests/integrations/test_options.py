"""What a callback refuses before there is a trainer."""

import pytest

from isometry import errors
from isometry.integrations import huggingface, lightning
from isometry.integrations.options import audible

CALLBACKS = pytest.mark.parametrize(
    "callback", [lightning.IsometryCallback, huggingface.IsometryCallback]
)
KNOWN = ("every", "probe", "loss", "sinks", "select", "on_finding", "level")


@CALLBACKS
def test_an_unknown_option_is_refused(callback: type) -> None:
    with pytest.raises(errors.InputError) as caught:
        callback(evry=3)
    assert str(caught.value) == (
        "there is no option 'evry'. Needed: one of every, probe, loss, sinks, select, on_finding, "
        "level. Do: correct the spelling."
    )


@CALLBACKS
@pytest.mark.parametrize("name", KNOWN)
def test_each_option_of_a_monitor_is_taken(callback: type, name: str) -> None:
    assert callback(**{name: None}).options == {name: None}


@pytest.mark.parametrize(("probe", "compiled"), [(None, False), (1, True), (1, False)])
def test_a_model_can_be_heard_or_has_a_probe(probe: int | None, *, compiled: bool) -> None:
    audible({"probe": probe}, compiled=compiled, path="Net")


@pytest.mark.parametrize("options", [{}, {"probe": None}])
def test_a_compiled_model_cannot_be_heard(options: dict[str, None]) -> None:
    with pytest.raises(errors.InputError, match="Do: pass probe=batch"):
        audible(options, compiled=True, path="Net")
