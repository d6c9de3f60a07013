"""Hugging Face's Trainer with a tiny model that nobody has trained: nothing is fetched."""

import torch
import wandb
from exchange import record
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed

STEPS = 6


class Parity(torch.utils.data.Dataset):
    """Whether a sequence of numbers has an even sum."""

    def __len__(self) -> int:
        return 48

    def __getitem__(self, index: int) -> dict:
        tokens = [(index * 7 + place * place) % 30 for place in range(12)]
        return {"input_ids": torch.tensor(tokens), "labels": torch.tensor(sum(tokens) % 2)}


set_seed(1)
config = BertConfig(
    vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2
)
arguments = TrainingArguments(
    output_dir="trained",
    report_to=["wandb"],
    run_name="tiny-bert",
    max_steps=STEPS,
    logging_steps=1,
    evaluation_strategy="steps",
    eval_steps=3,
    save_strategy="no",
    use_cpu=True,
    disable_tqdm=True,
)
trainer = Trainer(BertForSequenceClassification(config), arguments, train_dataset=Parity(), eval_dataset=Parity())
trainer.train()
path = wandb.run.path
wandb.finish()
logged = trainer.state.log_history
record(
    {
        "path": path,
        "train": [entry["loss"] for entry in logged if "loss" in entry],
        "eval": [entry["eval_loss"] for entry in logged if "eval_loss" in entry],
        "hidden_size": config.hidden_size,
    }
)
