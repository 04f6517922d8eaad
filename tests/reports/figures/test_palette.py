import pytest

from isometry.reports.figures import palette

HUES = pytest.mark.parametrize("hue", palette.HUES.values(), ids=palette.HUES)


def brightness(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    bent = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * bent[0] + 0.7152 * bent[1] + 0.0722 * bent[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((brightness(one), brightness(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@HUES
def test_words_can_be_read_on_light_pages(hue: palette.Hue) -> None:
    assert contrast(hue.text, palette.PAPER) >= 4.5


@HUES
def test_words_can_be_read_on_dark_pages(hue: palette.Hue) -> None:
    assert contrast(hue.light, palette.DARK_PAPER) >= 4.5


@HUES
def test_lines_stand_out_from_their_areas(hue: palette.Hue) -> None:
    assert contrast(hue.light, hue.shade) >= 3.0


def test_the_diverging_scale_is_palest_in_its_middle() -> None:
    shades = [brightness(colour) for colour in palette.DIVERGING]
    assert shades[:4] == sorted(shades[:4])
    assert shades[4:] == sorted(shades[4:], reverse=True)


def test_the_rules_can_be_scoped() -> None:
    assert palette.rules(".dark ").count(".dark .") == palette.rules().count("}")
