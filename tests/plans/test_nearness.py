from isometry import plans


def test_patterns_are_compared_without_their_signs() -> None:
    assert plans.nearest(r"h\.\d+\.c_projj\.weight", ["h.0.c_proj.weight", "wte"])[0] == (
        "h.0.c_proj.weight"
    )


def test_nothing_near_gives_the_first() -> None:
    assert plans.nearest("zzz", ["a", "b", "c", "d"], count=2) == ("a", "b")
