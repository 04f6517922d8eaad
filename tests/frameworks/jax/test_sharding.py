"""On eight devices each makes its own part: no communication, and the bits of the whole."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import json, jax, jax.numpy as jnp, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
from isometry import rng
from isometry.frameworks.jax import engine, initializers, keys

COLLECTIVES = ("all-reduce", "all-gather", "all-to-all", "collective-permute", "reduce-scatter")
mesh = Mesh(np.array(jax.devices()).reshape(4, 2), ("a", "b"))
law, path, shape = rng.Normal(0.0, 0.02), "w", (64, 48)
whole = rng.draw(rng.derive_key(5, path), law, 0, 64 * 48).reshape(shape)

def make(seed, tables):
    return engine.draw(keys.derive_words(seed, path), law, shape, tables)

def program(specification):
    sharding = NamedSharding(mesh, specification)
    compiled = jax.jit(make, out_shardings=sharding).lower(
        keys.seed_words(5), engine.tables()
    ).compile()
    array = compiled(keys.seed_words(5), engine.tables())
    return compiled.as_text(), array

def same(array):
    return all(np.asarray(s.data).tobytes() == whole[s.index].tobytes()
               for s in array.addressable_shards)

report = {}
SPECIFICATIONS = {
    "a, b": P("a", "b"), "b, a": P("b", "a"), "ab, -": P(("a", "b"), None),
    "-, ab": P(None, ("a", "b")), "-, -": P(),
}
for name, specification in SPECIFICATIONS.items():
    text, array = program(specification)
    report[name] = {
        "collectives": [name for name in COLLECTIVES if name in text],
        "same": same(array),
        "parts": len({str(s.index) for s in array.addressable_shards}),
    }
sharded = initializers.normal(0.02, path=path)(
    jax.random.key(5), shape, out_sharding=NamedSharding(mesh, P("a", "b")))
report["initializer"] = {"collectives": [], "same": same(sharded),
    "parts": len({str(s.index) for s in sharded.addressable_shards})}
control = jax.jit(lambda x: x @ x.T, out_shardings=NamedSharding(mesh, P("a", None)))
text = control.lower(sharded).compile().as_text()
report["control"] = [name for name in COLLECTIVES if name in text]
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    environment = os.environ | {
        "XLA_FLAGS": "--xla_force_host_platform_device_count=8",
        "JAX_PLATFORMS": "cpu",
    }
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    loaded: dict[str, Any] = json.loads(finished.stdout)
    return loaded


SPLITS = {"a, b": 8, "b, a": 8, "ab, -": 8, "-, ab": 8, "-, -": 1, "initializer": 8}


@pytest.mark.parametrize(("name", "parts"), SPLITS.items())
def test_every_part_is_made_where_it_belongs(report: dict[str, Any], name: str, parts: int) -> None:
    assert report[name] == {"collectives": [], "same": True, "parts": parts}


def test_a_product_of_sharded_matrices_does_communicate(report: dict[str, Any]) -> None:
    assert report["control"] != []
