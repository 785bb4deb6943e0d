"""NCMEC's hash sharing, version 2: its pages, and what an update of a list is made of."""
