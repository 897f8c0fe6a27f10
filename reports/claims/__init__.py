"""The claims, what each is judged by, and the ledger of them."""
