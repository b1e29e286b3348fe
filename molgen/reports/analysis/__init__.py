"""Comparison of conformer sets and poses with references: records, tables, figures, page."""
