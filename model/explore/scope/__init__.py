"""What a scope is: what it assumes, what it is silent on, and what cannot be explored."""
