package components

// Scheduler returns the kube-scheduler process. With a single node, all it does is to leave pods pending that request
// too much.
func (c NodeConfig) Scheduler() Process {
	return kubeProcess("kube-scheduler", 96,
		"--kubeconfig="+ConfigDir+"/kube-scheduler.kubeconfig",
		"--leader-elect=false",
		"--secure-port=0",
		"--profiling=false",
	)
}
