"""What recipients answer; an answer is a claim, never a proof."""
