"""What the floor stores."""

from django.contrib.gis.db import models


class Place(models.Model):
    """A point and some words."""

    description = models.TextField()
    point = models.PointField(geography=True, srid=4326)

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return str(self.pk)
