"""Speed, shown against rivals in the same run; `make bench` regenerates docs/benchmarks.md."""
