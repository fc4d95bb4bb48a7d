"""One place a platform: its updates become `Inbound`, a `Reply` becomes its messages."""
