"""Ways out of the house: to other servers."""
