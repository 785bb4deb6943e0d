"""Who takes which due work: one machine with its own dispatcher, or many machines."""
