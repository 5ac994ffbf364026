"""What the registers and tables say of their own quality: profiles, and the measures that are held against bands."""
