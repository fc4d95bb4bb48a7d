"""How a card is said, and the topics that are answered from the database."""
