"""Keys and sealed values; `cases.seal` is the door to this room."""
