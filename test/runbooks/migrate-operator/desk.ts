// What the tests of a move share: a sandbox with Flux, its registry with the chart of the operator, and a look at who owns what by then.
import { join } from 'node:path'
import { withSandbox } from '../../../src/sandbox/index.ts'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import { OPERATOR_CHARTS, OPERATOR_VERSION, publishOperator } from '../../../src/sandbox/services/registry/operator-artifacts.ts'
import { registryHost } from '../../../src/sandbox/services/registry/service.ts'
import { linkData } from '../../../src/sandbox/services/repositories/operator-start.ts'
import { settled } from '../../helpers/settled.ts'
import { manifestsDir } from '../../sandbox/scratch.ts'
import { type DriveInput, type Driven, drive } from '../desk.ts'
import { type Fixture, fixture } from '../fixture.ts'

export type MovedStyle = 'bootstrap' | 'pin'

interface Listed {
  items: {
    kind: string
    metadata: {
      name: string
      namespace?: string
      uid: string
      labels?: Record<string, string>
      annotations?: Record<string, string>
      managedFields?: { manager: string; operation: string; subresource?: string }[]
    }
    status?: { conditions?: { type: string; status: string; message: string }[] }
    // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes
    spec?: any
  }[]
}

const KEPT = 'with-operator'

const WORKLOADS = 'deployments,statefulsets,daemonsets'
const FLUX =
  'kustomizations.kustomize.toolkit.fluxcd.io,gitrepositories,ocirepositories,helmrepositories,helmreleases,customresourcedefinitions,namespaces'

export class MoveDesk {
  readonly sandbox: Fixture
  readonly style: MovedStyle
  chart = ''

  private constructor(sandbox: Fixture, style: MovedStyle) {
    this.sandbox = sandbox
    this.style = style
  }

  static async open(style: MovedStyle, flux = '2.7.3'): Promise<MoveDesk> {
    const desk = new MoveDesk(await fixture(style, flux), style)
    await withSandbox({ ...desk.sandbox.ref, manifestsDir }, async (ctx) => {
      await linkData(ctx)
      await publishOperator(ctx)
      desk.chart = `oci://${await registryHost(ctx)}/${OPERATOR_CHARTS}/flux-operator`
    })
    await desk.sandbox.keep(KEPT)
    return desk
  }

  close(): Promise<void> {
    return this.sandbox.remove()
  }

  async fresh(): Promise<void> {
    await this.sandbox.faults({})
    await this.sandbox.reset(KEPT)
  }

  /** Waits until everything of Flux is rolled out and ready. */
  calm(): Promise<void> {
    return settled(this.sandbox.paths.dir, join(this.sandbox.paths.bin, 'kubectl'))
  }

  input(more: object = {}): object {
    const operator = { operatorChart: this.chart, operatorVersion: OPERATOR_VERSION, insecureRegistry: true }
    return { repo: this.sandbox.paths.repo, ...operator, timeoutSeconds: 180, ...more }
  }

  /** The same for the program. */
  get args(): string[] {
    return ['migrate', 'operator', '--operator-chart', this.chart, '--insecure-registry', '--timeout', '180', '--yes']
  }

  move(options: Partial<DriveInput> = {}, more: object = {}): Promise<Driven> {
    return drive({ dir: this.sandbox.paths.dir, runbook: 'migrate-operator', input: this.input(more), ...options })
  }

  again(how: 'resume' | 'abandon', runId: string, options: Partial<DriveInput> = {}): Promise<Driven> {
    return drive({ dir: this.sandbox.paths.dir, runbook: 'migrate-operator', ...{ [how]: runId }, ...options })
  }

  kubectl(...args: string[]): Promise<string> {
    return this.sandbox.run('kubectl', ...args)
  }

  async list(kinds: string, ...more: string[]): Promise<Listed['items']> {
    return (JSON.parse(await this.kubectl('get', kinds, '-A', '--show-managed-fields', '-o', 'json', ...more)) as Listed).items
  }

  /** uid by `Kind namespace/name` of workloads and of everything of Flux. */
  async uids(): Promise<Record<string, string>> {
    const items = [...(await this.list(WORKLOADS)), ...(await this.list(FLUX))]
    return Object.fromEntries(items.map(({ kind, metadata }) => [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, metadata.uid]))
  }

  /** How often the pods of each controller have been replaced. */
  async revisions(): Promise<Record<string, number>> {
    const items = await this.list('deployments', '--field-selector=metadata.namespace=flux-system')
    return Object.fromEntries(
      items.map(({ metadata }) => [metadata.name, Number(metadata.annotations?.['deployment.kubernetes.io/revision'])]),
    )
  }

  async podSpecs(): Promise<Record<string, unknown>> {
    const items = await this.list('deployments', '--field-selector=metadata.namespace=flux-system')
    return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name, spec]))
  }

  /** Objects that both kustomize-controller and the operator own. */
  async ownedTwice(): Promise<string[]> {
    const kinds =
      'crd,deployments,services,serviceaccounts,resourcequotas,networkpolicies,clusterroles,clusterrolebindings,namespaces,gitrepositories,kustomizations.kustomize.toolkit.fluxcd.io'
    return (await this.list(kinds)).flatMap(({ kind, metadata }) => {
      const managers = (metadata.managedFields ?? []).filter(({ operation, subresource }) => operation === 'Apply' && !subresource)
      const owners = managers
        .map(({ manager }) => manager)
        .filter((manager) => ['flux-operator', 'kustomize-controller', 'kubectl'].includes(manager))
      const labels = ['kustomize.toolkit.fluxcd.io/name', 'fluxcd.controlplane.io/name'].filter((label) => metadata.labels?.[label])
      return owners.length > 1 || labels.length > 1 ? [`${kind} ${metadata.name}: ${[...owners, ...labels].join(' ')}`] : []
    })
  }

  /** What of Flux itself still carries a mark of the operator. A version that objects are stored in is nobody's mark. */
  async byOperator(): Promise<string[]> {
    const kinds =
      'crd,deployments,services,serviceaccounts,clusterroles,clusterrolebindings,namespaces,gitrepositories,helmreleases,ocirepositories'
    return (await this.list(kinds)).flatMap(({ kind, metadata }) => {
      // Those of applications have marks of their own.
      if (kind === 'Namespace' && metadata.name !== 'flux-system') return []
      const keys = Object.keys({ ...metadata.labels, ...metadata.annotations })
      const marks = keys.filter((key) => /controlplane|toolkit\.fluxcd\.io\/(ssa|prune)$/.test(key))
      const managed = (metadata.managedFields ?? []).some(({ manager, subresource }) => manager === 'flux-operator' && !subresource)
      return marks.length > 0 || managed || /flux-operator/.test(metadata.name) ? [`${kind} ${metadata.name}: ${marks.join(' ')}`] : []
    })
  }

  /** What Flux looks at again just now is waited for. */
  async notReady(): Promise<string[]> {
    let found: { said: string; isUnderWay: boolean }[] = []
    const isSettled = async (): Promise<boolean> => {
      const items = await this.list('kustomizations.kustomize.toolkit.fluxcd.io,gitrepositories,ocirepositories,helmreleases')
      found = items.flatMap(({ kind, metadata, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready')
        if (ready?.status === 'True') return []
        return [{ said: `${kind} ${metadata.name}: ${ready?.message}`, isUnderWay: ready?.status === 'Unknown' }]
      })
      return !found.some(({ isUnderWay }) => isUnderWay)
    }
    await waitUntil('what is reconciled just now', isSettled, { withinMs: 60_000 }).catch(() => undefined)
    return found.map(({ said }) => said)
  }

  async commitOnRemote(): Promise<string> {
    return (await this.sandbox.git('ls-remote', 'origin', 'refs/heads/main')).split('\t')[0] ?? ''
  }

  file(path: string): string {
    return join(this.sandbox.paths.repo, path)
  }
}
