"""The first schema by area. Each part rests on those before it, as `versions/0001_first_schema.py` calls them."""
