package request_test

import (
	"fmt"

	"github.com/modelferry/modelferry/fetcher/request"
)

// A request is read from the variables of a container.
func ExampleFromEnv() {
	variables := map[string]string{
		"GCS_BUCKET":       "models",
		"GCS_MODEL_PATH":   "nlpinsight/v1/model.tar.gz",
		"LOCAL_MODEL_PATH": "/models/finbert/model.tar.gz",
		"MODEL_FOLDER":     "/models",
	}
	req, err := request.FromEnv(func(key string) (string, bool) {
		value, ok := variables[key]
		return value, ok
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	model := req.Artifacts[0]
	fmt.Println(req.URL(model))
	fmt.Println("extract into", req.Folder+"/"+model.Folder(), model.Extract)
	// Output:
	// gs://models/nlpinsight/v1/model.tar.gz
	// extract into /models/finbert true
}

// All problems are reported at once.
func ExampleFromEnv_invalid() {
	variables := map[string]string{
		"S3_BUCKET": "s3://models", "S3_MODEL_PATH": "model.joblib", "LOCAL_MODEL_PATH": "/models/model.joblib", "FETCH_RETRIES": "many",
	}
	_, err := request.FromEnv(func(key string) (string, bool) {
		value, ok := variables[key]
		return value, ok
	})
	fmt.Println(err)
	// Output:
	// invalid FETCH_RETRIES "many": must be a whole number from 0 to 20
	// the model: invalid bucket "s3://models": must be a bucket name without scheme and path, or the ARN of an access point
}
