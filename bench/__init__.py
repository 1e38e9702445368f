"""What the tool costs, beside PyLTI1p3's README use and the least a safe tool can do: `make bench`."""
