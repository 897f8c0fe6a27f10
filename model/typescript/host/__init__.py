"""What the platform gives to an object: storage, bucket, requests, and who runs its code."""
