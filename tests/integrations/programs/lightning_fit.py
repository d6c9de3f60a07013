"""PyTorch Lightning with its own logger."""

import digits
import pytorch_lightning as lightning
import torch
from exchange import record
from pytorch_lightning.loggers import WandbLogger
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 3


class Linear(lightning.LightningModule):
    def __init__(self, lr: float) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(64, 10)

    def _loss(self, batch):
        return torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])

    def training_step(self, batch, _index):
        loss = self._loss(batch)
        self.log("train/loss", loss, on_step=True, on_epoch=False)
        return loss

    def validation_step(self, batch, _index):
        self.log("val/loss", self._loss(batch))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


class Watch(lightning.Callback):
    """What the trainer itself says, beside the logger."""

    def __init__(self) -> None:
        self.train, self.val = [], []

    def on_train_batch_end(self, trainer, *_rest) -> None:
        self.train.append(float(trainer.callback_metrics["train/loss"]))

    def on_validation_epoch_end(self, trainer, _module) -> None:
        self.val.append(float(trainer.callback_metrics["val/loss"]))


def loader(features, labels) -> DataLoader:
    return DataLoader(TensorDataset(torch.from_numpy(features), torch.from_numpy(labels)), batch_size=256)


# Debian's torch is older than a rule of Python 3.11 that its sharded tensors break; one process needs none of them.
torch.distributed.is_available = lambda: False

train_x, test_x, train_y, test_y = digits.load()
lightning.seed_everything(1)
logger, watch = WandbLogger(project="lightning", name="linear"), Watch()
trainer = lightning.Trainer(
    max_epochs=EPOCHS,
    logger=logger,
    callbacks=[watch],
    log_every_n_steps=1,
    num_sanity_val_steps=0,
    accelerator="cpu",
    enable_checkpointing=False,
    enable_progress_bar=False,
)
trainer.fit(Linear(lr=0.05), loader(train_x, train_y), loader(test_x, test_y))
run = logger.experiment
path = run.path
run.finish()
record({"path": path, "train": watch.train, "val": watch.val})
