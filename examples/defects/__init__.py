"""Projects and defects of seed 001: two services whose events outlive a crash, and a broker that is away."""
