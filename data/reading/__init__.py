"""Source files as `geo.sources.Sources`: any GDAL vector format or GeoParquet, as a layers.toml maps them."""

from data.reading.sources import InputFile, Read, read_sources

__all__ = ["InputFile", "Read", "read_sources"]
