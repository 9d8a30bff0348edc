module flux-ops.dev/toolchain/flux-2.9.2

go 1.26.0

require (
	github.com/controlplaneio-fluxcd/flux-operator v0.58.1
	github.com/fluxcd/flux2/v2 v2.9.2
)
