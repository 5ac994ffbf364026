"""The contracts of the registers beyond the four that the project stands on, by what they are about."""
