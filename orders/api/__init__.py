"""Orders over HTTP: force systems at /force/orders, officers at /officer/orders."""
