"""What people read on paper and off line: the map, the report, the workbook, duty boards; each a module of its own."""
