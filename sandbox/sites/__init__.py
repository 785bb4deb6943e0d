"""One module per kind of site; each turns a visit into a reply and does no I/O."""
