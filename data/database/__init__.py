"""The database: its address, engines, schema, backups; the private cluster's or a server's of one's own."""
