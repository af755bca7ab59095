package mlflow

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/modelferry/modelferry/cli/objectstore"
)

// Model is a version of a registered model.
type Model struct {
	Reference Reference
	// Version is set, also for a reference by an alias.
	Version string
	// RunID is the run that has logged the model, or "".
	RunID string
	// Metrics, params and tags of the run. They are empty if the run was deleted.
	Metrics, Params, Tags map[string]string
	// artifacts is the URI of the model's artifacts.
	artifacts string
}

// Annotations returns what a record of a release keeps of the model, by keys such as mlflow.metric.accuracy.
func (m Model) Annotations() map[string]string {
	annotations := map[string]string{"mlflow.model": scheme + m.Reference.Name + "/" + m.Version}
	if m.RunID != "" {
		annotations["mlflow.run_id"] = m.RunID
	}
	if m.Reference.Alias != "" {
		annotations["mlflow.alias"] = m.Reference.Alias
	}
	for prefix, values := range map[string]map[string]string{"metric": m.Metrics, "param": m.Params, "tag": m.Tags} {
		for key, value := range values {
			annotations["mlflow."+prefix+"."+key] = truncate(value)
		}
	}
	return annotations
}

// maxValue is the length of an annotation's value in bytes. A param may have 6000, which is too long for a record.
// https://mlflow.org/docs/latest/rest-api.html#log-param
const maxValue = 500

func truncate(value string) string {
	if len(value) <= maxValue {
		return value
	}
	return strings.ToValidUTF8(value[:maxValue], "") + "…"
}

// Resolve looks up a version of a model, its run, and where its artifacts are.
func (c *Client) Resolve(ctx context.Context, reference Reference) (Model, error) {
	var reply struct {
		Version struct {
			Version string `json:"version"`
			Status  string `json:"status"`
			Message string `json:"status_message"`
			RunID   string `json:"run_id"`
		} `json:"model_version"`
	}
	method, query := "model-versions/get", url.Values{"name": {reference.Name}, "version": {reference.Version}}
	if reference.Alias != "" {
		method, query = "registered-models/alias", url.Values{"name": {reference.Name}, "alias": {reference.Alias}}
	}
	if err := c.call(ctx, method, query, &reply); err != nil {
		return Model{}, fmt.Errorf("%s: %w", reference, err)
	}
	found := reply.Version
	if found.Version == "" {
		return Model{}, fmt.Errorf("%s: the answer has no version: check MLFLOW_TRACKING_URI", reference)
	}
	if found.Status != "" && found.Status != "READY" {
		return Model{}, fmt.Errorf("%s: version %s is not ready: %s %s", reference, found.Version, found.Status, found.Message)
	}
	model := Model{Reference: reference, Version: found.Version, RunID: found.RunID}
	var download struct {
		URI string `json:"artifact_uri"`
	}
	query = url.Values{"name": {reference.Name}, "version": {model.Version}}
	if err := c.call(ctx, "model-versions/get-download-uri", query, &download); err != nil {
		return Model{}, fmt.Errorf("%s: %w", reference, err)
	}
	var err error
	if model.artifacts, err = c.resolveURI(ctx, download.URI); err != nil {
		return Model{}, fmt.Errorf("%s: %w", reference, err)
	}
	return model, c.addRun(ctx, &model)
}

// maxIndirections limits URIs that lead to other URIs.
const maxIndirections = 5

// resolveURI returns the URI of an artifact store for runs:/RUN/PATH, and for models:/m-ID, which MLflow 3 uses for
// logged models. https://mlflow.org/docs/latest/ml/mlflow-3/
func (c *Client) resolveURI(ctx context.Context, uri string) (string, error) {
	for range maxIndirections {
		var base string
		kind, rest, _ := strings.Cut(uri, ":/")
		id, path, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
		switch {
		case kind == "runs":
			found, err := c.run(ctx, id)
			if err != nil {
				return "", err
			}
			base = found.Info.ArtifactURI
		case kind == "models" && strings.HasPrefix(id, "m-"):
			var reply struct {
				Model struct {
					Info struct {
						ArtifactURI string `json:"artifact_uri"`
					} `json:"info"`
				} `json:"model"`
			}
			if err := c.call(ctx, "logged-models/"+url.PathEscape(id), nil, &reply); err != nil {
				return "", err
			}
			base = reply.Model.Info.ArtifactURI
		default:
			return uri, nil
		}
		if base == "" {
			return "", fmt.Errorf("%w: MLflow has no artifacts at %s", objectstore.ErrNotFound, uri)
		}
		uri = strings.TrimSuffix(strings.TrimSuffix(base, "/")+"/"+path, "/")
	}
	return "", fmt.Errorf("the URI of the artifacts leads to others without an end: %s", uri)
}

// run is the answer to runs/get.
// https://mlflow.org/docs/latest/rest-api.html#get-run
type run struct {
	Info struct {
		ArtifactURI string `json:"artifact_uri"`
	} `json:"info"`
	Data struct {
		Metrics, Params, Tags []keyValue
	} `json:"data"`
}

// keyValue is a metric, a param or a tag. A metric is a number, or a text if it is NaN or infinite.
type keyValue struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

func (c *Client) run(ctx context.Context, id string) (run, error) {
	var reply struct {
		Run run `json:"run"`
	}
	err := c.call(ctx, "runs/get", url.Values{"run_id": {id}}, &reply)
	return reply.Run, err
}
