"""The page of the web chat and everything that it asks the server for."""
