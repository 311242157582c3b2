"""Tables in objects: streamed in batches, summed up in bounded memory."""
