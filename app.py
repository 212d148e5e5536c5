"""What gunicorn, waitress and `flask` load."""

from portal.factory import create_app

app = create_app()
