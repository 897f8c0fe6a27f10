"""What lies outside the object: the page, its standstills, the network, the consumer."""
