"""Plans in force as files for any web server: the tiles that the server gives, all of them in one PMTiles file."""
