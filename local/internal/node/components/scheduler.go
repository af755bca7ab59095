package components

// Scheduler returns the kube-scheduler process. With one node, its effect is that pods that request too
// much stay pending.
func (s NodeConfig) Scheduler() Process {
	return kubeProcess("kube-scheduler", 96,
		"--kubeconfig="+ConfigDir+"/kube-scheduler.kubeconfig",
		"--leader-elect=false",
		"--secure-port=0",
		"--profiling=false",
	)
}
