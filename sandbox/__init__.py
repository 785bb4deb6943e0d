"""A small simulated open web on loopback, run as its own process: `python -m sandbox --seed 1`."""
