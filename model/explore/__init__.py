"""Ever? The same design and the same world, for every order and every real-valued time."""
