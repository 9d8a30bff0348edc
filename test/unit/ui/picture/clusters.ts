// Clusters to be drawn, from the quiet one to the one that means harm.
import { type Diagnosis, diagnose } from '../../../../src/diagnosis/diagnose.ts'
import { pictureOf, type Room } from '../../../../src/diagnosis/picture.ts'
import type { Snapshot } from '../../../../src/diagnosis/snapshot.ts'
import { pictureHtml } from '../../../../src/ui/picture/html.ts'
import { pictureSvg } from '../../../../src/ui/picture/svg.ts'
import { troubled } from '../../diagnosis/hostile.ts'
import { dependsOn, not, object, snapshotOf, stalled, suspended } from '../../diagnosis/objects.ts'
import { storm } from '../../diagnosis/storm.ts'

export const ROOM: Room = { boxes: 24, deep: 4 }

const from = { sourceRef: { kind: 'GitRepository', name: 'home-ops' } }
const source = object('GitRepository', 'flux-system/home-ops')
export const kustomization = (name: string, spec: object = {}) => object('Kustomization', `flux-system/${name}`, { ...from, ...spec })
export const waits = (name: string, ...on: string[]) =>
  not(kustomization(name, dependsOn(...on)), 'DependencyNotReady', `dependency 'flux-system/${on[0]}' is not ready`)
export const broken = (name: string) => not(kustomization(name), 'BuildFailed', 'kustomize build failed: accumulating resources')
export const underWay = (name: string) => ({ ...kustomization(name), metadata: { ...kustomization(name).metadata, generation: 2 } })

/** Every way out of a text into markup, a script or another line. */
export const HARM = `<img src=x onerror=alert(1)>"'</title></style></script><script>window.harmed=1;alert(1)</script><svg onload=alert(1)>javascript:alert(1)\u202e\u2066\u0000\u001b[31m]]>--><!--\ufffe\uffff\ud800&lt;{{x}}\${x}`

const LONG = 'x'.repeat(253)

const hostile = (): Snapshot => {
  const all = troubled(HARM)
  const own = [
    not(object('Kustomization', `${HARM}/${HARM}`, { path: HARM }), HARM, HARM),
    not(object('Kustomization', `flux-system/${LONG}`, { path: `./${HARM}` }), 'BuildFailed', 'a'.repeat(2 ** 20)),
    waits('behind-long', LONG),
    not(
      object('Kustomization', 'flux-system/stacked'),
      'BuildFailed',
      `e${'\u0301'.repeat(500)} مرحبا עברית 漢字漢字 ${'\n'.repeat(5000)}`,
    ),
    not(object('GitRepository', 'apps/link', { url: 'javascript:alert(1)' }), 'GitOperationFailed', 'connection refused'),
    not(object('Kustomization', 'apps/tags', { path: '</code></pre>' }), 'BuildFailed', '</span></details><h1>all is well</h1>'),
  ]
  return {
    ...all,
    cluster: { context: HARM, server: HARM, uid: HARM, version: HARM },
    unseen: [{ what: HARM, why: HARM.repeat(1000) }],
    objects: [...all.objects, ...own],
  }
}

const inTeam = (team: number, name: string, spec: object = {}) => object('Kustomization', `team-${team}/${name}`, spec)
const waitsIn = (team: number, name: string, on: string) =>
  not(inTeam(team, name, dependsOn(on)), 'DependencyNotReady', `dependency 'team-${team}/${on}' is not ready`)

/** 2,000 objects: 31 wait for one that cannot be built, two stand behind one that is not healthy, a release has given up, and the rest is well. */
const three = (): Snapshot => {
  const timeout = 'health check failed after 1m0s: timeout waiting for: [Deployment/default/web status: InProgress]'
  const wrong = [
    not(inTeam(4, 'base'), 'BuildFailed', 'kustomize build failed: accumulating resources'),
    ...Array.from({ length: 31 }, (_, at) => waitsIn(4, `app-${at}`, 'base')),
    not(inTeam(5, 'db'), 'HealthCheckFailed', timeout),
    waitsIn(5, 'api', 'db'),
    waitsIn(5, 'shop', 'api'),
    not(object('HelmRelease', 'team-6/cache'), 'UpgradeFailed', 'Helm upgrade failed for release: no', [
      stalled('RetriesExceeded', 'Failed to upgrade after 3 attempt(s)'),
    ]),
  ]
  return snapshotOf([...wrong, ...Array.from({ length: 2000 - wrong.length }, (_, at) => inTeam(at % 8, `well-${at}`))])
}

export const CLUSTERS = {
  quiet: () => storm(6, { objects: 2000, causes: 0 }).snapshot,
  three,
  forty: () => storm(9, { objects: 2000, causes: 40 }).snapshot,
  chain: () => snapshotOf([source, broken('k0'), ...Array.from({ length: 200 }, (_, at) => waits(`k${at + 1}`, `k${at}`))]),
  circle: () => snapshotOf([source, waits('web', 'auth'), waits('auth', 'db'), waits('db', 'web'), waits('shop', 'web')]),
  moving: () => snapshotOf([source, underWay('slow'), waits('apps', 'slow'), suspended(broken('old')), waits('behind', 'old')]),
  hostile,
} as const satisfies Record<string, () => Snapshot>

export type ClusterName = keyof typeof CLUSTERS

const HEADLINES: Partial<Record<ClusterName, string>> = { hostile: HARM }

export const headline = (name: ClusterName): string => HEADLINES[name] ?? `prod-eu: ${name}`

export const diagnosisOf = (name: ClusterName): Diagnosis => diagnose(CLUSTERS[name]())

export const htmlOf = (name: ClusterName): string => pictureHtml(pictureOf(diagnosisOf(name), ROOM), { headline: headline(name) })

export const svgOf = (name: ClusterName): string => pictureSvg(pictureOf(diagnosisOf(name), ROOM), { headline: headline(name) })
