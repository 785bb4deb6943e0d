"""Bytes of a picture -> measures, in a locked worker; the only room that opens pictures."""
