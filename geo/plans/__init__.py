"""What a plan keeps beside its grids, drawn up anew for the communities that an edit touched: their ledgers."""
