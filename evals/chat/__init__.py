"""What people say to an assistant over a world, and whether it did what they meant."""
