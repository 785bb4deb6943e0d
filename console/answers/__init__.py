"""The page on which providers and partners answer a notice; its own port and application."""
