"""XGBoost with wandb's callback, model and importance of features included."""

import digits
import wandb
import xgboost
from exchange import record
from wandb.integration.xgboost import WandbCallback

train_x, test_x, train_y, test_y = digits.load()
with wandb.init(project="xgboost") as run:
    model = xgboost.XGBClassifier(
        n_estimators=8, max_depth=3, n_jobs=1, eval_metric=["mlogloss"], callbacks=[WandbCallback(log_model=True)]
    )
    model.fit(train_x, train_y, eval_set=[(test_x, test_y)], verbose=False)
    path, run_id = run.path, run.id
record({"path": path, "id": run_id, "loss": model.evals_result()["validation_0"]["mlogloss"]})
