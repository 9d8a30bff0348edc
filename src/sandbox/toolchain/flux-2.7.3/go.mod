module flux-ops.dev/toolchain/flux-2.7.3

go 1.25.0

require (
	github.com/controlplaneio-fluxcd/flux-operator v0.58.1
	github.com/fluxcd/flux2/v2 v2.7.3
)
