"""What the public, partners and staff send, from a line of text to an accepted report."""
