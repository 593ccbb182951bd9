"""Where language models run: in this process, or on a server that speaks the common protocol."""
