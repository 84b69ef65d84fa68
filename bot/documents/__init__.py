"""Documents on paper: return slips and invoices as PDF, in every language Parley speaks."""
