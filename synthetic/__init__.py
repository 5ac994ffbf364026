"""Demo deliveries in the real formats with known answers: ``synthetic.write.write_demo`` writes them."""
