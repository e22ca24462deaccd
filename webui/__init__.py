"""The reader's web page."""
