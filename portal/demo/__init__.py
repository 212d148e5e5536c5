"""Invented people, consortia and whole lives of calls: for demonstration and measuring, through the services only."""
