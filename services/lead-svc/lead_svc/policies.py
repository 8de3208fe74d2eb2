"""What lead-svc does when something happens: nothing yet; leads move when people move them."""
