"""How bytes travel between us and a bridge."""
