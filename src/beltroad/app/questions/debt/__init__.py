"""The debt room: ratings of countries, cases with and without loans, own workbooks."""
