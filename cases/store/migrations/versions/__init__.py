"""One file per step of the schema; none is ever changed after it was used."""
