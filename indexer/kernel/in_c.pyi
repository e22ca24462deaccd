from indexer.kernel.in_numpy import best as best
from indexer.kernel.in_numpy import choose_sentences as choose_sentences
from indexer.kernel.in_numpy import count as count
from indexer.kernel.in_numpy import count_rows as count_rows
from indexer.kernel.in_numpy import find_terms as find_terms
from indexer.kernel.in_numpy import lacking as lacking
from indexer.kernel.in_numpy import mark_up as mark_up
from indexer.kernel.in_numpy import unite as unite
