"""One folder or file a platform: its updates become `Inbound`, a `Reply` becomes its messages."""
