"""songscape turns a music collection into a map you can trust."""
