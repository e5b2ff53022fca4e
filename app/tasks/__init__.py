"""Work in the background: a queue in the database, a runner in every worker process. See docs/background-tasks.md."""
