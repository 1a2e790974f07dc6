from django.apps import AppConfig


class PejlConfig(AppConfig):
    """The one Django app: it owns all tables."""

    name = "pejl"
    label = "pejl"
    default = True
