"""The commands, one file each: arguments in, exit code out. `indexer.cli` has the table of them."""
