"""Settings, policy and catalogue: reviewed data, validated once at start."""
