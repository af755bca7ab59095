package mlflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/cli/objectstore"
)

// addRun adds metrics, params and tags of the run. A model whose run was deleted can still be released.
func (c *Client) addRun(ctx context.Context, model *Model) error {
	if model.RunID == "" {
		return nil
	}
	found, err := c.run(ctx, model.RunID)
	switch {
	case errors.Is(err, objectstore.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("%s: run %s: %w", model.Reference, model.RunID, err)
	}
	model.Metrics, model.Params = texts(found.Data.Metrics), texts(found.Data.Params)
	model.Tags = texts(found.Data.Tags)
	for key := range model.Tags {
		// MLflow's own tags are long documents, such as mlflow.log-model.history.
		if strings.HasPrefix(key, "mlflow.") {
			delete(model.Tags, key)
		}
	}
	return nil
}

// texts returns values as texts: numbers as MLflow writes them.
func texts(list []keyValue) map[string]string {
	values := map[string]string{}
	for _, item := range list {
		var text string
		if json.Unmarshal(item.Value, &text) != nil {
			text = string(item.Value)
		}
		values[item.Key] = text
	}
	return values
}
