"""How a notice leaves: claimed first, sent once, settled by what the channel answered."""
