// Package components has the Pulumi components that run on a stack's cluster. They are the same on every cloud: what
// differs between clouds is data of the package infra.
package components
