// Releases that run in the sandbox only in part: some of their controllers cannot be had from the Go module proxy. Those are done by the
// nearest release that can, or reported ready without a process. A pod says which of the two it is.

export interface PartialRelease {
  /** Binaries that only this release needs; a set of the toolchain, built when the release is asked for. */
  readonly toolSet: string
  /** Of it, the one without which nothing of the release is real. */
  readonly tool: string
}

export const PARTIAL_RELEASES: Readonly<Record<string, PartialRelease>> = {
  '2.6.3': { toolSet: 'flux-2.6.3-set', tool: 'kustomize-controller-1.6.0' },
}

/** `name:tag` of a released controller -> the binary that runs in its place. */
export const STAND_INS: Readonly<Record<string, string>> = {
  'source-controller:v1.6.2': 'source-controller-1.7.3',
  'helm-controller:v1.3.0': 'helm-controller-1.4.3',
}

/** `name:tag` of released controllers for which nothing runs. */
export const SIMULATED: ReadonlySet<string> = new Set([
  'notification-controller:v1.6.0',
  'notification-controller:v1.7.4',
  // Of 2.7.3 they cannot be had, and a test that looks at both ends has the same at both.
  ...['v1.0.3', 'v1.2.3'].flatMap((tag) => [`image-reflector-controller:${tag}`, `image-automation-controller:${tag}`]),
])
