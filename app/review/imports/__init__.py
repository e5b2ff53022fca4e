"""Imports of lists people have: files read into rows, rows into drafts, drafts through the desk."""
