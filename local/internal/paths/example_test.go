package paths_test

import (
	"fmt"

	"github.com/modelferry/modelferry/local/internal/paths"
)

func ExampleNew() {
	layout, err := paths.New("/src/modelferry", "eks")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(layout.Kubeconfig())
	fmt.Println(layout.Log("kube-apiserver"))
	fmt.Println(layout.Bin("kube"))
	// Output:
	// /src/modelferry/.local/eks/kubeconfig
	// /src/modelferry/.local/eks/log/kube-apiserver.log
	// /src/modelferry/.local/bin/kube
}
