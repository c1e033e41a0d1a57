"""Pages: what every page of ours shares: its words, layout, dates, forms, and what keeps strangers out of them."""
