"""What JavaScript's operators mean: values, members, functions, promises."""
