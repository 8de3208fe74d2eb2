"""The house keeps its rooms apart."""
