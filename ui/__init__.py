"""Ways in for people: the web chat and the ``footnote`` command."""
