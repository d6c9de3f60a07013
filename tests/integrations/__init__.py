"""Programs of other libraries that log through wandb, and what can be read back of them."""
