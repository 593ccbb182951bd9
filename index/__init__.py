"""Documents become a searchable index. This package knows no question and no model that answers."""
