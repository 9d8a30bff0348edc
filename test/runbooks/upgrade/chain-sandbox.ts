// A cluster that needs a stop: 2.6.3 with the image CRDs stores them as v1beta2, 2.9 has only v1.
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hopKey } from '../../../src/actions/hop-ids.ts'
import { release } from '../../../src/flux/catalogue/index.ts'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import { type Fixture, TO } from '../fixture.ts'

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

/** Of a Kustomization that does not wait: without its controller an image object never tells how it is. */
const APP = 'cluster/apps/default'

const image = (kind: string, spec: string): string =>
  `---\napiVersion: image.toolkit.fluxcd.io/v1beta2 # all that Flux 2.6 serves\nkind: ${kind}\nmetadata:\n  name: hello\n  namespace: default\nspec:\n${spec}`

/** Nobody reconciles these here, as nobody does in a cluster that has the CRDs and not the controllers. */
const IMAGES = [
  image('ImageRepository', '  image: registry.home.arpa/hello\n  interval: 1h\n'),
  image('ImagePolicy', '  imageRepositoryRef:\n    name: hello\n  policy:\n    semver:\n      range: 1.x\n'),
].join('')

/** Puts image objects into git and waits until the cluster has applied them: what is stored as v1beta2 is then more than a CRD says. */
export async function addImageObjects(sandbox: Fixture): Promise<void> {
  const at = (path: string): string => join(sandbox.paths.repo, APP, path)
  await writeFile(at('images.yaml'), IMAGES)
  await appendFile(at('kustomization.yaml'), '  - ./images.yaml\n')
  await sandbox.git('add', '--all')
  await sandbox.git('commit', '--quiet', '--message', 'feat: follow the image of hello')
  await sandbox.git('push', '--quiet', 'origin', 'HEAD:main')
  await sandbox.run('kubectl', '-n', 'flux-system', 'annotate', 'gitrepository', 'home-cluster', 'reconcile.fluxcd.io/requestedAt=images')
  const head = (await sandbox.git('rev-parse', 'HEAD')).trim()
  const applied = async (): Promise<boolean> => {
    const revisions = await sandbox.run('kubectl', '-n', 'flux-system', 'get', 'kustomizations', '-o', APPLIED)
    return revisions
      .trim()
      .split(' ')
      .every((each) => each.startsWith('v') || each.endsWith(head) || each.startsWith('1.0.0'))
  }
  await waitUntil('the image objects to be applied', applied, { withinMs: 120_000 })
}

const APPLIED = 'jsonpath={.items[*].status.lastAppliedRevision}'
