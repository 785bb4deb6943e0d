"""The domain: what a case is, how it moves, when it is due, what its observations prove."""
