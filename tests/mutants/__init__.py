"""Wrong designs, as patches of the product's code: the kill loop must find each of them. Loaded by the loop's processes only."""
