"""What the steps of runs read, wrote, printed and took from the cache, wherever a server keeps that."""
