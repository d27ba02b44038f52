"""Long work: kinds of jobs, the queue in the database, worker processes, results by hash."""
