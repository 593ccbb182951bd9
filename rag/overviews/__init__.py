"""Questions about whole documents: what is asked for, of what, and the sentences that say most."""
