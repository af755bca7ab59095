package config

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

func (c Cluster) check(f *Faults, cloud Cloud) {
	f.only(GKE, cloud, "cluster.location", c.Location != "")
	switch {
	case c.Existing == "" && c.Create == nil:
		f.add("cluster", "names no cluster: set create, or existing")
	case c.Existing != "" && c.Create != nil:
		f.add("cluster", "both create and existing are set: keep one")
	case c.Create != nil:
		c.Create.check(f, cloud)
	}
}

// clusterName is what both clouds take for all that is named after a cluster.
// GKE's node account, NAME-nodes, may have 30 characters.
var clusterName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$`)

// eksVersion is how EKS has a version of Kubernetes, without a patch.
var eksVersion = regexp.MustCompile(`^1\.\d+$`)

// minDiskGiB is what Amazon's image for nodes needs.
const minDiskGiB = 20

// releaseChannels are GKE's.
var releaseChannels = []string{"RAPID", "REGULAR", "STABLE", "EXTENDED"}

func (n ClusterSpec) check(f *Faults, cloud Cloud) {
	if !clusterName.MatchString(n.Name) {
		f.add("cluster.create.name", "%q is no name for a cluster: write a letter, then up to 23 small letters, digits and hyphens", n.Name)
	}
	f.required("cluster.create.machineType", n.MachineType)
	if n.Nodes.Min < 1 || n.Nodes.Max < n.Nodes.Min {
		f.add("cluster.create.nodes", "min %d and max %d do not fit: 1 <= min <= max", n.Nodes.Min, n.Nodes.Max)
	}
	if n.System.Min < 1 || n.System.Max < n.System.Min {
		f.add("cluster.create.system", "min %d and max %d do not fit: 1 <= min <= max", n.System.Min, n.System.Max)
	}
	if n.DiskGiB < minDiskGiB {
		f.add("cluster.create.diskGiB", "has to be %d or more, not %d: a node's images alone take that", minDiskGiB, n.DiskGiB)
	}
	if cloud == EKS && n.Version != "" && !eksVersion.MatchString(n.Version) {
		f.add("cluster.create.version", "%q is no version of EKS, such as 1.34", n.Version)
	}
	n.Autoscaler.check(f, cloud)
	f.only(GKE, cloud, "cluster.create.releaseChannel", n.ReleaseChannel != "")
	if cloud == GKE && !slices.Contains(releaseChannels, n.ReleaseChannel) {
		f.add("cluster.create.releaseChannel", "%q is no channel: it is one of %s", n.ReleaseChannel, strings.Join(releaseChannels, ", "))
	}
	n.Network.check(f, cloud)
	f.key(cloud, "cluster.create.kmsKey", n.KMSKey)
	n.checkAdmins(f, cloud)
	for k, cidr := range n.AuthorizedNetworks {
		at := fmt.Sprintf("cluster.create.authorizedNetworks[%d]", k)
		network, err := netip.ParsePrefix(cidr)
		if err != nil || network.Masked() != network {
			f.add(at, "%q is no address range in CIDR notation", cidr)
		} else if network.Bits() == 0 {
			f.add(at, "%q opens the API server to everyone: name your own ranges", cidr)
		}
	}
}

// principal is who EKS can let in, and session what STS makes of a role.
var (
	principal = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(user|role)/.+$`)
	session   = regexp.MustCompile(`^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/[^/]+$`)
)

// checkAdmins wants somebody on EKS: nobody is let in but by name, so that the
// cluster does not depend on who happened to make it.
func (n ClusterSpec) checkAdmins(f *Faults, cloud Cloud) {
	const at = "cluster.create.admins"
	f.only(EKS, cloud, at, len(n.Admins) > 0)
	if cloud == EKS && len(n.Admins) == 0 {
		f.add(at, "names nobody: write the ARN of the role or user that runs pulumi, or nobody could reach the cluster")
	}
	taken := map[string]bool{}
	for k, arn := range n.Admins {
		here := fmt.Sprintf("%s[%d]", at, k)
		switch parts := session.FindStringSubmatch(arn); {
		case parts != nil:
			f.add(here, "%q is a session of a role: write the role's own, as aws iam get-role --role-name %s --query Role.Arn prints it", arn, parts[3])
		case !principal.MatchString(arn):
			f.add(here, "%q is no ARN of a user or a role", arn)
		case taken[arn]:
			f.add(here, "is in the list already")
		}
		taken[arn] = true
	}
}

// IsAdmin tells whether an identity, as STS names it, is one of the
// administrators. A session names its role without the role's path, which
// nothing is lost by: an account has each name once.
func (n ClusterSpec) IsAdmin(identity string) bool {
	who := identity
	if parts := session.FindStringSubmatch(identity); parts != nil {
		who = fmt.Sprintf("arn:%s:iam::%s:role/%s", parts[1], parts[2], parts[3])
	}
	for _, admin := range n.Admins {
		if withoutPath(admin) == withoutPath(who) {
			return true
		}
	}
	return false
}

func withoutPath(arn string) string {
	kind, name, ok := strings.Cut(arn, "/")
	if !ok {
		return arn
	}
	return kind + "/" + name[strings.LastIndex(name, "/")+1:]
}
