"""Laws that hold for every decider, whatever it decides."""
