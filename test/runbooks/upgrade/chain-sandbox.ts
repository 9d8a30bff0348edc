// A cluster that needs a stop: 2.6.3 with the image CRDs stores them as v1beta2, 2.9 has only v1.
import { hopKey } from '../../../src/actions/hop-ids.ts'
import { release } from '../../../src/flux/catalogue/index.ts'
import { TO } from '../fixture.ts'

export const OLD = '2.6.3'
/** The planner would take the newest patch, of which not every controller can be had. */
export const STOP = '2.7.3'
export const CHAIN = ['upgrade', '--to', TO, '--via', STOP, '--yes']

/** What the objects are asked with by the last hop. */
export const lastToken = (runId: string): string => `${runId}/${hopKey(TO)}`

/** Images of the four controllers, sorted. */
export const imagesOf = (version: string): string[] =>
  ['helm', 'kustomize', 'notification', 'source'].map((name) => {
    const found = release(version).controllers.find((each) => each.component === `${name}-controller`)
    return `ghcr.io/fluxcd/${name}-controller:${found?.tag}`
  })
