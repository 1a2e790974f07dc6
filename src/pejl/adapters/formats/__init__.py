"""File formats of other products: bytes in, neutral lines out. Each knows only itself."""
