"""The staff pages: health, metrics and overview; text only, never a picture."""
