"""Several programs on the same molecules: tables to plot from, paired differences, figures."""
