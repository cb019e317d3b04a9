"""Reports over HTTP, arranged by who is calling."""
