"""What is under review: the designs, the recorder client, and the ports that they see."""
