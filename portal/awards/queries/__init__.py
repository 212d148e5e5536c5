"""The panel's table, decisions, awards: always with the viewer in hand."""
