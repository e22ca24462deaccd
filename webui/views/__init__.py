"""The routes: address in, rendered page out. Thin: each asks the live index and hands a page to its template."""
