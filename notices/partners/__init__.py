"""Partner hotlines: who they are, and the signed bundle that they receive."""
