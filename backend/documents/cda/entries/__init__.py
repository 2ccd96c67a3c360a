"""Coded entries, one module for each kind of record they become."""
