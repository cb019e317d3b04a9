"""One address: POST /places."""

from typing import Any

from django.contrib.gis.geos import Point
from django.urls import path
from rest_framework import serializers
from rest_framework.generics import CreateAPIView

from bench.floor.models import Place


class PlaceSerializer(serializers.ModelSerializer[Place]):
    longitude = serializers.FloatField(write_only=True)
    latitude = serializers.FloatField(write_only=True)

    class Meta:
        model = Place
        fields = ("id", "description", "longitude", "latitude")

    def create(self, validated_data: dict[str, Any]) -> Place:
        point = Point(validated_data["longitude"], validated_data["latitude"], srid=4326)
        return Place.objects.create(description=validated_data["description"], point=point)


class Places(CreateAPIView[Place]):
    queryset = Place.objects.all()
    serializer_class = PlaceSerializer


urlpatterns = [path("places", Places.as_view())]
