"""The smallest run: six lines. Log in first: `wandb login --host=http://localhost:8080`."""

import wandb

with wandb.init(project="quickstart", config={"decay": 0.9}) as run:
    loss = 1.0
    for _ in range(50):
        loss *= run.config.decay
        run.log({"loss": loss})
