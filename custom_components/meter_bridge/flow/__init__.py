"""How a bridge gets in: announcement, probe, steps, forms and options."""
