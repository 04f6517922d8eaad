"""The same net under many starts on real data; `make arena` regenerates docs/arena.md."""
