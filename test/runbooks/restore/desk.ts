// What the tests of backup and restore share: an installation with everything that a backup has to know of, a cluster that is lost, and what it was.
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import { BootstrapDesk } from '../bootstrap/desk.ts'

const HELD_BY_CLUSTER =
  /^(events|leases|pods|replicasets|endpoints|endpointslices|controllerrevisions|nodes|componentstatuses|csinodes|bindings|podmetrics|nodemetrics|ipaddresses|apiservices|flowschemas|prioritylevelconfigurations|servicecidrs)(\.|$)/

/** Helm's records tell of times, and the Flux Operator's entitlement of the uid of its cluster. */
const OF_THE_CLUSTER = /^(sh\.helm\.release\.|flux-operator-entitlement$)/

type Fields = Record<string, unknown>

interface Item extends Fields {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
  }
}

/** What a server sets by itself, or a cluster for itself. */
function substance({ metadata, status: _status, spec, ...rest }: Item): unknown {
  const { clusterIP: _one, clusterIPs: _all, ...own } = (spec ?? {}) as Fields
  return { ...rest, spec: own, labels: metadata.labels ?? {} }
}

type FluxItem = Item & {
  readonly spec: { readonly suspend?: boolean }
  readonly metadata: { readonly generation: number }
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: { readonly type: string; readonly status: string }[] }
}

export class RestoreDesk {
  readonly boot: BootstrapDesk
  readonly key: string
  readonly recipient: string
  readonly out: string

  private constructor(boot: BootstrapDesk, key: string, recipient: string, out: string) {
    this.boot = boot
    this.key = key
    this.recipient = recipient
    this.out = out
  }

  static async open(): Promise<RestoreDesk> {
    const boot = await BootstrapDesk.open()
    const text = await boot.run('age-keygen')
    const key = join(boot.work, 'offline.key')
    await writeFile(key, text, { mode: 0o600 })
    return new RestoreDesk(boot, key, /public key: (age1\S+)/.exec(text)?.[1] ?? '', join(boot.work, 'backups'))
  }

  close = (): Promise<void> => this.boot.close()

  /** Every object of the cluster, but what it makes for itself, without status and without what a server sets. */
  async everything(): Promise<Record<string, unknown>> {
    const kinds = (await this.boot.kubectl('api-resources', '--verbs=list', '-o', 'name'))
      .split('\n')
      .filter((kind) => kind !== '' && !HELD_BY_CLUSTER.test(kind))
    const { items } = JSON.parse(await this.boot.kubectl('get', kinds.join(','), '-A', '-o', 'json')) as { items: Item[] }
    const own = items.filter(
      ({ kind, metadata: { name, namespace = '' } }) =>
        !/^kube-/.test(namespace) && !/^(system:|kube-root-ca\.crt$)/.test(name) && !(kind === 'Secret' && OF_THE_CLUSTER.test(name)),
    )
    return Object.fromEntries(own.map((item) => [`${item.kind} ${item.metadata.namespace ?? ''}/${item.metadata.name}`, substance(item)]))
  }

  /** The cluster is gone with all that was in it; git and registry are elsewhere, and stay. */
  async lose(registry: () => Promise<unknown> = async () => undefined): Promise<void> {
    const { paths } = this.boot
    const aside = join(this.boot.work, 'git-aside')
    await rm(aside, { recursive: true, force: true })
    await cp(paths.git, aside, { recursive: true })
    await this.boot.reset()
    await rm(paths.git, { recursive: true, force: true })
    await mkdir(paths.git, { recursive: true })
    await cp(aside, paths.git, { recursive: true })
    await registry()
  }

  /** Gives the path of the sealed file. */
  async backup(): Promise<string> {
    await rm(this.out, { recursive: true, force: true })
    const said = await this.boot.start(['backup', '--to', this.recipient, '--identity', this.key, '--out', this.out])
    if (said.code !== 0) throw new Error(`backup ended with ${said.code}\n${said.stdout}\n${said.stderr}`)
    const name = (await readdir(this.out)).find((one) => one.endsWith('.age')) ?? ''
    return join(this.out, name)
  }

  /** Has Flux fetch what the branch has by now, and apply it. */
  async fetch(): Promise<void> {
    const head = (await this.boot.run('git', '-C', this.boot.bare(), 'rev-parse', 'main')).trim()
    const at = `main@sha1:${head}`
    await this.boot.kubectl(
      '-n',
      'flux-system',
      'annotate',
      '--overwrite',
      'gitrepository/flux-system',
      `reconcile.fluxcd.io/requestedAt=${head}`,
    )
    await this.boot.kubectl(
      '-n',
      'flux-system',
      'wait',
      `--for=jsonpath={.status.lastAppliedRevision}=${at}`,
      'kustomization/flux-system',
      '--timeout=120s',
    )
  }

  /** As somebody does by hand. */
  async apply(text: string): Promise<void> {
    const path = join(this.boot.work, 'by-hand.yaml')
    await writeFile(path, text)
    await this.boot.kubectl('apply', '-f', path)
  }

  restore = (file: string, ...args: string[]) =>
    this.boot.start(['restore', file, '--identity', this.key, '--yes', '--timeout', '120', ...args])

  async sealed(name: string, namespace: string, value: string): Promise<string> {
    const text = await this.boot.kubectl('-n', 'flux-system', 'get', 'secret', 'sops-age', '-o', 'jsonpath={.data.age\\.agekey}')
    const to = /public key: (age1\S+)/.exec(Buffer.from(text, 'base64').toString())?.[1] ?? ''
    const plain = join(this.boot.work, 'plain.yaml')
    await writeFile(plain, JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: { value } }))
    return this.boot.run(
      'sops',
      '--encrypt',
      '--age',
      to,
      '--encrypted-regex',
      '^(data|stringData)$',
      '--input-type',
      'yaml',
      '--output-type',
      'yaml',
      plain,
    )
  }

  /** All that is not suspended, and has no such name, is Ready, and there is at least this much: what the cluster is before it is lost. */
  async settled(least = 2, but = /^$/): Promise<void> {
    const kinds = ['kustomizations.kustomize', 'helmreleases.helm', 'gitrepositories.source']
      .map((kind) => `${kind}.toolkit.fluxcd.io`)
      .join(',')
    const isReady = ({ metadata, status, spec }: FluxItem): boolean =>
      spec.suspend === true ||
      (status?.observedGeneration === metadata.generation &&
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true)
    const probe = async (): Promise<boolean> => {
      const { items } = JSON.parse(await this.boot.kubectl('get', kinds, '-A', '-o', 'json')) as { items: FluxItem[] }
      const open = items
        .filter((item) => !but.test(item.metadata.name) && !isReady(item))
        .map(({ kind, metadata, status }) => `${kind} ${metadata.name}: ${JSON.stringify(status?.conditions)}`)
      if (open.length > 0) throw new Error(open.slice(0, 5).join('\n'))
      return items.length >= least
    }
    await waitUntil(`${least} objects of Flux to be Ready`, probe, { withinMs: 180_000 })
  }
}
