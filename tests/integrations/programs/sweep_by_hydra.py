"""One job of a Hydra multirun: started with `--multirun lr=… layers=…`, it makes a run for each combination."""

import hydra
import wandb
from omegaconf import DictConfig, OmegaConf


@hydra.main(version_base=None, config_path="hydra_config", config_name="config")
def train(config: DictConfig) -> None:
    settings = OmegaConf.to_container(config, resolve=True)
    with wandb.init(project="hydra", group="grid", config=settings, reinit="finish_previous") as run:
        for step in range(3):
            run.log({"loss": config.model.lr / (step + 1) * config.model.layers})


train()
