"""Looking at results: analysis, figures, pages. Importing this package loads nothing heavy."""
