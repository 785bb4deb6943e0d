"""The locked rooms: processes without files and network; they know no picture and no page."""
