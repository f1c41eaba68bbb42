"""The composition root: each object is made here once and handed on."""
