"""What a running process needs: devices, threads, memory, limits on CPU time, worker processes, stages of progress."""
