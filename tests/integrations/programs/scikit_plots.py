"""scikit-learn's classifier with wandb's plots."""

import digits
import wandb
from exchange import record
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix

NAMES = [f"digit {number}" for number in range(10)]

train_x, test_x, train_y, test_y = digits.load()
model = LogisticRegression(max_iter=300).fit(train_x, train_y)
guesses = model.predict(test_x)
with wandb.init(project="scikit") as run:
    wandb.sklearn.plot_confusion_matrix(test_y, guesses, NAMES)
    wandb.sklearn.plot_summary_metrics(model, train_x, train_y, test_x, test_y)
    wandb.sklearn.plot_class_proportions(train_y, test_y, NAMES)
    wandb.sklearn.plot_roc(test_y, model.predict_proba(test_x), NAMES)
    path = run.path
record({"path": path, "names": NAMES, "matrix": confusion_matrix(test_y, guesses).tolist()})
