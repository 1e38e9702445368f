"""The servers that are compared, and the processes that help them."""
