"""Layers that somebody brings through the browser: files, what is in them, how they are mapped, what became of them.

Each *upload* is a folder of its own under ``DATA_DIR/uploads``: no row of a database, until it becomes a plan. It goes
when its owner throws it away, or after a week. Files of strangers are only ever opened in a process of its
own (`environment.reading_environment`), in which GDAL knows few formats.
"""
