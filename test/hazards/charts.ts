// Charts that lie in the repository beside the applications, and HelmReleases of them in namespace default.
import { waitUntil } from '../../src/sandbox/processes.ts'
import type { Edits, HazardDesk } from './desk.ts'

const FOLDER = 'cluster/charts'
const RELEASES = 'cluster/apps/default/releases.yaml'
const KUSTOMIZATION = 'cluster/apps/default/kustomization.yaml'

/** A chart of these templates. */
export const chart = (name: string, templates: Readonly<Record<string, string>>): Edits => ({
  [`${FOLDER}/${name}/Chart.yaml`]: () => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
  ...Object.fromEntries(Object.entries(templates).map(([file, text]) => [`${FOLDER}/${name}/templates/${file}`, () => text])),
})

/** A HelmRelease of such a chart; `more` are lines of its spec, indented by two. */
export const helmRelease = (name: string, chartName: string, more: string): string => `---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
  namespace: default
spec:
  interval: 1h
  chart:
    spec:
      chart: ./${FOLDER}/${chartName}
      sourceRef:
        kind: GitRepository
        name: home-cluster
        namespace: flux-system
${more}`

/** Puts them, and whatever else is to lie beside them, where cluster-apps applies it and waits for nothing. */
export const releases = (...manifests: string[]): Edits => ({
  [RELEASES]: () => manifests.join(''),
  [KUSTOMIZATION]: (text) => (text.includes('releases.yaml') ? text : `${text}  - ./releases.yaml\n`),
})

/** Of a HelmRelease in namespace default: `True InstallSucceeded`. */
const standing = (desk: HazardDesk, name: string): Promise<string> => condition(desk, name, '{.status} {.reason}')

export const message = (desk: HazardDesk, name: string): Promise<string> => condition(desk, name, '{.message}')

const condition = async (desk: HazardDesk, name: string, fields: string): Promise<string> => {
  const ready = `jsonpath={range .status.conditions[?(@.type=="Ready")]}${fields}{end}`
  return desk.kubectl('-n', 'default', 'get', 'helmrelease', name, '--ignore-not-found', '-o', ready)
}

export const settled = (desk: HazardDesk, name: string, wanted: string): Promise<void> =>
  waitUntil(`HelmRelease ${name} to be ${wanted}`, async () => (await standing(desk, name)) === wanted, { withinMs: 300_000 })

/** It is tried again at once, and says that meanwhile: what it failed for is there only between two tries. */
export const failed = (desk: HazardDesk, name: string, why: RegExp): Promise<void> =>
  waitUntil(`HelmRelease ${name} to say ${why.source}`, async () => why.test(await message(desk, name)), { withinMs: 300_000 })

/** plainUpgrade waits for kustomize-controller alone. A release that is changed while helm-controller is replaced may be cut short, which is another failure. */
export const helmControllerReplaced = (desk: HazardDesk): Promise<void> => {
  const fields = '{.spec.template.spec.containers[0].image} {.status.updatedReplicas} {.status.replicas} {.status.availableReplicas}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'deployment', 'helm-controller', '-o', `jsonpath=${fields}`)
  const done = async (): Promise<boolean> => (await read()).endsWith('helm-controller:v1.6.2 1 1 1')
  return waitUntil('the new helm-controller to run', done, { withinMs: 300_000 })
}
