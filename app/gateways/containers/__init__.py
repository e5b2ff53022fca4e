"""Small bounded readers of video containers: how long, with which codecs. They never decode a picture."""
