"""The weekly workbook: a week becomes sheets, sheets become files. Its front is `export`."""
