package examples

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// trained maps the services to their artifacts and the files that the training scripts write. An artifact of a backend
// is BACKEND/ARTIFACT.
var trained = map[string]map[string]string{
	"bankchurn": {
		"model":   "bankchurn/model.joblib",
		"dataset": "bankchurn/v1/Churn.csv",
	},
	"nlpinsight": {
		"tfidf/model":   "nlpinsight/model.joblib",
		"finbert/model": "nlpinsight/model.tar.gz",
		"dataset":       "nlpinsight/v1/financial_phrasebank.csv",
	},
	"chicagotaxi": {
		"model":       "chicagotaxi/model.joblib",
		"predictions": "chicagotaxi/predictions.csv",
	},
}

// Services returns the names of the services that have an example server, sorted.
func Services() []string { return slices.Sorted(maps.Keys(trained)) }

// Files returns the paths of all files that the training scripts write, sorted.
func Files() []string {
	var files []string
	for _, artifacts := range trained {
		files = slices.AppendSeq(files, maps.Values(artifacts))
	}
	slices.Sort(files)
	return files
}

// trainedFile returns the path of an artifact's file below the folder that the training scripts write to. backend is
// the selected backend of the service, or "".
func trainedFile(service, backend, artifact string) (string, error) {
	if err := checkService(service); err != nil {
		return "", err
	}
	for _, name := range []string{path.Join(backend, artifact), artifact} {
		if file, ok := trained[service][name]; ok {
			return file, nil
		}
	}
	return "", fmt.Errorf("the example server of %s has no artifact %q for the backend %q", service, artifact, backend)
}

func checkService(name string) error {
	if _, ok := trained[name]; !ok {
		return fmt.Errorf("no example server of the service %q: must be one of %s; make up with SERVERS=fake runs any",
			name, strings.Join(Services(), ", "))
	}
	return nil
}
