"""Pictures -> perceptual digests of several views; runs only inside a locked worker."""
