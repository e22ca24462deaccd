"""What each template shows: one file and one immutable class per template. A live generation and results in.

Everything is decided and worded here, so templates only loop. Texts are raw (the templates escape them); every `href`
is built by us, or is an address that `safe_url` let through.
"""
