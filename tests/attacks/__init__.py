"""What an attacker tries, one test each; what is tried elsewhere is not repeated here."""
