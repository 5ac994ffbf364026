"""What data must look like: contracts (pandera). No orchestration."""
