"""A small simulated open web on loopback, for the demo, tests, benchmarks and training."""
