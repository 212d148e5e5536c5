"""What the pages of awards show, put into words and booleans for the templates."""
