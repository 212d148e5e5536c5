from flask import Blueprint

bp = Blueprint("desks_officer", __name__)
