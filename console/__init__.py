"""The doors: command line, staff pages, answers of providers and partners."""
