// An API server with the kinds of Flux and no controllers, and accounts that may read as much as a test says.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../src/adapters/clock.ts'
import { createKube } from '../../src/adapters/kube.ts'
import { loadAccess } from '../../src/adapters/kube-config.ts'
import { createHttpClient } from '../../src/adapters/kube-http.ts'
import { createSession } from '../../src/adapters/kube-session.ts'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import type { Resource } from '../../src/ports/kube.ts'
import { type SandboxPaths, sandboxPaths, startProcess, stopProcess } from '../../src/sandbox/index.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import { controlPlaneTools, manifestsDir, type Scratch, scratch } from '../sandbox/scratch.ts'

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const RBAC = 'rbac.authorization.k8s.io'

export class ReadingDesk {
  readonly #box: Scratch

  private constructor(box: Scratch) {
    this.#box = box
  }

  static async open(flux: string): Promise<ReadingDesk> {
    const box = await scratch(controlPlaneTools)
    await box.up()
    const desk = new ReadingDesk(box)
    await desk.#applyKinds(await manifestsDir(flux))
    return desk
  }

  close(): Promise<void> {
    return this.#box.remove()
  }

  get paths(): SandboxPaths {
    return sandboxPaths(join(this.#box.root, 'main'))
  }

  /** Gone at once, as in a power cut. */
  async stopServer(): Promise<void> {
    await stopProcess({ name: 'main', root: this.#box.root }, 'kube-apiserver', { kill: true })
  }

  async startServer(): Promise<void> {
    await startProcess({ name: 'main', root: this.#box.root }, 'kube-apiserver')
  }

  kubectl(...args: string[]): Promise<string> {
    return this.#box.kubectl(args)
  }

  async #applyKinds(folder: string): Promise<void> {
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
    const definitions = texts.flatMap((text) => text.split(/^---$/m)).filter((text) => /^kind: CustomResourceDefinition$/m.test(text))
    const file = join(this.#box.root, 'kinds.yaml')
    await writeFile(file, definitions.join('\n---\n'))
    await this.kubectl('apply', '--server-side', '-f', file)
    await this.kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', file)
  }

  get kubeconfig(): string {
    return sandboxPaths(join(this.#box.root, 'main')).kubeconfig
  }

  /** Killed: what it was asked is not answered. */
  stopApi(): Promise<void> {
    return stopProcess(this.#box.ref(), 'kube-apiserver', { kill: true })
  }

  async startApi(): Promise<void> {
    await startProcess(this.#box.ref(), 'kube-apiserver')
  }

  async apply(...items: object[]): Promise<void> {
    const file = join(this.#box.root, 'objects.json')
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await this.kubectl('apply', '--server-side', '-f', file)
  }

  /** What a controller would have said of it. */
  async failed(namespace: string, name: string, message: string, reason = 'BuildFailed', at = '2026-11-22T02:51:00Z'): Promise<void> {
    const condition = { type: 'Ready', status: 'False', reason, message, lastTransitionTime: at }
    const patch = JSON.stringify({ status: { observedGeneration: 1, conditions: [condition] } })
    await this.kubectl('-n', namespace, 'patch', 'kustomization', name, '--subresource=status', '--type=merge', `--patch=${patch}`)
  }

  /** Kubeconfig of an account that may do this in flux-system, and nothing else. */
  async account(name: string, rules: readonly Rule[]): Promise<string> {
    const metadata = { name, namespace: 'flux-system' }
    await this.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules },
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: RBAC, kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      },
    )
    const config = JSON.parse(await this.kubectl('config', 'view', '--raw', '--minify', '--output=json'))
    const token = (await this.kubectl('-n', 'flux-system', 'create', 'token', name)).trim()
    const file = join(this.#box.root, `${name}.kubeconfig`)
    const users = [{ name: config.users[0].name, user: { token } }]
    await writeFile(file, JSON.stringify({ ...config, users }), { mode: 0o600 })
    return file
  }

  async recover(kubeconfig?: string, ...args: string[]): Promise<Said> {
    const paths = sandboxPaths(join(this.#box.root, 'main'))
    const cwd = this.folder
    await mkdir(cwd, { recursive: true })
    const env = kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }
    return await runBuilt(paths, ['recover', ...args], { state: join(this.#box.root, 'state'), cwd, env })
  }

  /** Where commands are typed. */
  get folder(): string {
    return join(this.#box.root, 'work')
  }

  async diagnosis(kubeconfig?: string): Promise<{ code: number | null; diagnosis: Diagnosis }> {
    const { code, stdout } = await this.recover(kubeconfig, '--json')
    return { code, diagnosis: JSON.parse(stdout) as Diagnosis }
  }

  /** `plain`: asked as one who knows no more than the oldest form of discovery. */
  async kinds(groups: readonly string[], { plain = false } = {}): Promise<Resource[]> {
    const { kubeconfig } = sandboxPaths(join(this.#box.root, 'main'))
    const access = await loadAccess({ kubeconfig, env: {} })
    const session = createSession({ access, http: createHttpClient(access, 'flux-ops/test'), clock: systemClock, patienceMs: 0 })
    const kube = createKube(plain ? { ...session, send: ({ accept, ...call }) => session.send(call) } : session)
    return await kube.kinds(groups).finally(() => session.close())
  }
}
