// What the tests of `audit keys` on a cluster share: its answer, and changes of the cluster that are taken back when the test ends.
import { onTestFinished } from 'vitest'
import type { RuleReport } from '../../src/audit/model.ts'
import type { AuditReport } from '../../src/cli/keys/run-audit.ts'
import { type AgeDesk, SECRET } from './age-desk.ts'

export const KEY_IN_GIT = 'cluster/bootstrap/age-key.sops.yaml'
/** Rules that only a cluster answers. */
export const OF_SECRETS = ['decryption-secret-exists', 'key-entries-read', 'cluster-opens-files']
/** And those that files and identities answer in part. */
export const OF_CLUSTER = ['decryption-configured', 'macs-hold', ...OF_SECRETS]

export interface Asked {
  readonly code: number | null
  readonly report: AuditReport
  rule(id: string): RuleReport
}

export async function asked(desk: AgeDesk, ...args: string[]): Promise<Asked> {
  const { code, stdout } = await desk.run('audit', 'keys', '--json', ...args)
  const report = JSON.parse(stdout) as AuditReport
  return {
    code,
    report,
    rule: (id) => {
      const found = report.rules.find((rule) => rule.id === id)
      if (found === undefined) throw new Error(`no rule is called ${id}`)
      return found
    },
  }
}

export const statuses = ({ rule }: Asked, ids: readonly string[]): string[] => ids.map((id) => `${id} ${rule(id).status}`)

export const all = (status: RuleReport['status'], ids: readonly string[]): string[] => ids.map((id) => `${id} ${status}`)

export const idsOf = ({ report }: Asked, status: RuleReport['status']): string[] =>
  report.rules.filter((rule) => rule.status === status).map(({ id }) => id)

const [NAMESPACE = '', NAME = ''] = SECRET.split('/')

export const create = (desk: AgeDesk, object: object): Promise<string> =>
  desk.tool('kubectl', ['create', '--filename=-'], JSON.stringify(object))

export const keySecret = (namespace: string, data: object): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: NAME, namespace },
  data,
})

/** Whatever the test makes of the Secret with the key, in the end it is as it was. */
export async function keepingSecret(desk: AgeDesk): Promise<void> {
  const { data } = await desk.secret()
  onTestFinished(async () => {
    for (const namespace of [NAMESPACE, 'default'])
      await desk.tool('kubectl', ['-n', namespace, 'delete', 'secret', NAME, '--ignore-not-found'])
    await create(desk, keySecret(NAMESPACE, data))
  })
}

/** Applies the folder of the sealed file; Flux does not act on it where it is suspended. */
export const kustomization = (name: string, namespace: string, more: object): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace },
  spec: {
    interval: '1h',
    prune: false,
    path: './cluster/apps/default/hello/app',
    sourceRef: { kind: 'GitRepository', name: 'home-cluster', namespace: NAMESPACE },
    ...more,
  },
})

export async function suspended(desk: AgeDesk, name: string, namespace: string, decryption: object): Promise<void> {
  await create(desk, kustomization(name, namespace, { suspend: true, decryption }))
  onTestFinished(async () => void (await desk.tool('kubectl', ['-n', namespace, 'delete', 'kustomization', name])))
}
