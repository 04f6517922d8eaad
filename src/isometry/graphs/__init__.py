"""What a model is: the steps its forward takes, as data; and what can be read off them."""

from isometry.graphs.graph import Graph, from_json
from isometry.graphs.joins import Join
from isometry.graphs.maps import Map
from isometry.graphs.node import FAMILIES, Family, Node
from isometry.graphs.reading import Reading, Use, read
from isometry.graphs.surroundings import surrounded

__all__ = [
    "FAMILIES",
    "Family",
    "Graph",
    "Join",
    "Map",
    "Node",
    "Reading",
    "Use",
    "from_json",
    "read",
    "surrounded",
]
