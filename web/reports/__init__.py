from web.reports.map import write_map

__all__ = ["write_map"]
