"""`make bench`: our pages beside a floor, a minimal Flask application with the best plain SQL, in the same run.

Both are served by gunicorn on the loopback, asked in turns by one client that keeps its connection, over the same rows
in a PostgreSQL of their own that is deleted at the end. Machines drift: only medians of alternating bursts and their
ratios are compared with the targets.
"""
