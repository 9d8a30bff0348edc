module flux-ops.dev/toolchain/flux-operator-0.58.1

go 1.26.0

require (
	github.com/controlplaneio-fluxcd/flux-operator v0.58.1
	github.com/google/go-containerregistry/pkg/authn/kubernetes v0.0.0-20260224031529-85f2bf5f7303
)
