"""One module a step; the number in its name orders them."""
