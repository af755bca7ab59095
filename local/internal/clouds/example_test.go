package clouds_test

import (
	"fmt"

	"github.com/modelferry/modelferry/local/internal/clouds"
)

func ExampleGet() {
	cloud, err := clouds.Get("gke")
	fmt.Println(cloud.Provider, cloud.ExecPlugin, err)
	_, err = clouds.Get("aks")
	fmt.Println(err)
	// Output:
	// gcp gke-gcloud-auth-plugin <nil>
	// invalid stack "aks": must be one of gke, eks
}
