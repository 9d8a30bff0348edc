// How a run of several hops names what belongs to one of them: step ids, the file of its manifests, the trailers of its commit.

/** `2-7-3` of `2.7.3`: what ends the ids of a hop's steps. */
export const hopKey = (version: string): string =>
  version
    .toLowerCase()
    .replace(/[^0-9a-z]+/g, '-')
    .replace(/-$/, '')

/** `pin-2-7-3`. */
export const hopStepId = (id: string, version: string): string => `${id}-${hopKey(version)}`

/** Below the run's folder: what the hop to `version` applies, and what a rollback of the hop after it puts back. */
export const hopManifests = (version: string): string => `manifests/${version}.yaml`
