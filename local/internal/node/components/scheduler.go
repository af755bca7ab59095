package components

// Scheduler places pods on the one node: what it adds is that a pod which asks for too much stays pending.
func (s NodeConfig) Scheduler() Process {
	return kubeProcess("kube-scheduler", 96,
		"--kubeconfig="+ConfigDir+"/kube-scheduler.kubeconfig",
		"--leader-elect=false",
		"--secure-port=0",
		"--profiling=false",
	)
}
