"""The shape of what an applicant posts."""
