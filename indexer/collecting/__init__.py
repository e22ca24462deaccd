"""Collecting from the live blog, in parts: the logic of a walk, polite requests, their archive, the memory."""
