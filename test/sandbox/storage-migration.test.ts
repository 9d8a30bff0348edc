// The storage migration on a real API server; what etcd holds is asked of etcd.
import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { staleVersions } from '../../src/actions/managed-fields.ts'
import { migrateByFlux } from '../../src/actions/storage-migration/by-flux.ts'
import { migrateStorage } from '../../src/actions/storage-migration/migrate.ts'
import { systemClock } from '../../src/adapters/clock.ts'
import { createExec } from '../../src/adapters/exec.ts'
import { localFiles } from '../../src/adapters/files.ts'
import { type Connection, connect } from '../../src/adapters/kube-connect.ts'
import { createRedactor } from '../../src/adapters/redactor.ts'
import type { Context } from '../../src/ports/context.ts'
import type { Kube, KubeObject, Resource } from '../../src/ports/kube.ts'
import { environment } from '../../src/sandbox/index.ts'
import { connectTo, GROUP, ociRepositories, patchesSeen, storedVersionsOf } from '../helpers/stored-objects.ts'
import { fakeContext } from '../unit/actions/fakes.ts'
import { NAME, oldObjects, setCrd, storedVersions } from './old-storage.ts'
import { eventually, type Scratch, scratch } from './scratch.ts'

const V1 = ociRepositories('v1')
const PROCESS = fileURLToPath(new URL('../helpers/migrate-process.ts', import.meta.url))

let box: Scratch
let dir: string
let connection: Connection
let kube: Kube

beforeAll(async () => {
  box = await scratch()
  dir = (await box.up()).dir
  connection = await connectTo(dir)
  kube = connection.kube
})

afterAll(async () => {
  connection?.close()
  await box?.remove()
})

const runFolder = (): Promise<string> => mkdtemp(join(dir, 'run-of-a-test-'))

/** The ports of a run, with writes that a test may watch. */
const contextOf = (runDir: string, wrapped: Partial<Kube> = {}): Context => ({
  ...fakeContext(),
  kube: { ...kube, ...wrapped },
  files: localFiles,
  clock: systemClock,
  runDir,
})

const storedAs = async (version: string): Promise<number> =>
  [...(await storedVersionsOf(dir)).values()].filter((stored) => stored === `${GROUP}/${version}`).length

const patches = async (): Promise<number> => patchesSeen(await box.kubectl(['get', '--raw', '/metrics']))

describe('against flux migrate', () => {
  const fieldsOf = (object: KubeObject): string[] =>
    (object.metadata.managedFields ?? []).map(({ manager, operation, apiVersion }) => `${manager} ${operation} ${apiVersion}`).sort()

  const endState = async () => ({
    storedVersions: await storedVersions(kube),
    etcd: [...(await storedVersionsOf(dir))].sort(),
    managedFields: (await kube.list(V1)).map((object) => [object.metadata.namespace, object.metadata.name, fieldsOf(object)]),
  })

  const withTools = (runDir: string): Context => {
    const exec = createExec({ env: environment({ dir }), redactor: createRedactor(), context: 'sandbox-main' })
    return { ...contextOf(runDir), exec }
  }

  /** Of all kinds: stored old, stored new but owned by an old client, and one manager at both versions. */
  const start = async (): Promise<void> => {
    await oldObjects(kube, dir, 40, 'v1beta2')
    const names = (await kube.list(V1)).map(({ metadata }) => ({ name: metadata.name, namespace: metadata.namespace }))
    const old = ociRepositories('v1beta2')
    for (const name of names.slice(0, 5)) {
      const body = { apiVersion: `${GROUP}/v1beta2`, kind: old.kind, metadata: name, spec: { interval: '2h' } }
      await kube.patch(old, name, 'apply', body, { fieldManager: 'kustomize-controller', force: true })
    }
    for (const name of names.slice(5, 10)) await kube.patch(V1, name, 'merge', { spec: { suspend: true } }, { fieldManager: 'editor' })
    for (const name of names.slice(5, 10)) await kube.patch(old, name, 'merge', { spec: { insecure: true } }, { fieldManager: 'editor' })
  }

  test('the end is the same: storedVersions, what etcd holds, and the versions in managedFields', async () => {
    await start()
    const before = await endState()
    const said = await migrateByFlux(withTools(await runFolder()), 60_000)
    const byFlux = await endState()
    await start()

    const result = await migrateStorage(contextOf(await runFolder()))

    expect(before.storedVersions).toEqual(['v1beta2', 'v1'])
    expect(new Set(before.etcd.map(([, version]) => version))).toEqual(new Set([`${GROUP}/v1beta2`, `${GROUP}/v1`]))
    expect([result, said]).toEqual(Array(2).fill({ objects: 40, crds: [NAME] }))
    expect(await endState()).toEqual(byFlux)
    expect(byFlux.storedVersions).toEqual(['v1'])
    expect(await storedAs('v1')).toBe(40)
    expect((await kube.list(V1)).flatMap((object) => staleVersions(object, `${GROUP}/v1`))).toEqual([])
  })
})

describe('a migration that is killed', () => {
  /** Its process; `seen` is called with how many objects it says are done. */
  const migration = (runDir: string, seen: (done: number, kill: () => void) => void) =>
    new Promise<NodeJS.Signals | number | null>((resolve) => {
      const child = spawn(process.execPath, [PROCESS, dir, runDir], { stdio: ['ignore', 'pipe', 'inherit'] })
      createInterface({ input: child.stdout }).on('line', (line) => {
        const { lastSeen } = JSON.parse(line) as { lastSeen?: string }
        if (lastSeen !== undefined) seen(Number.parseInt(lastSeen, 10), () => child.kill('SIGKILL'))
      })
      child.on('close', (code, signal) => resolve(signal ?? code))
    })

  test('goes on where it was: no object is written twice, but for one page', async () => {
    const [objects, page] = [1200, 500]
    await oldObjects(kube, dir, objects, 'v1')
    const runDir = await runFolder()
    const before = await patches()

    const first = await migration(runDir, (done, kill) => done >= 800 && kill())
    const halfWay = await storedAs('v1')
    const afterKill = (await patches()) - before
    const second = await migration(runDir, () => undefined)
    const total = (await patches()) - before

    console.log(`killed after ${halfWay} of ${objects} objects and ${afterKill} patches; ${total} patches in all`)
    expect([first, second]).toEqual(['SIGKILL', 0])
    expect(halfWay).toBeGreaterThanOrEqual(800)
    expect(halfWay).toBeLessThan(objects)
    expect(total).toBeLessThanOrEqual(objects + page)
    expect(await storedAs('v1')).toBe(objects)
    expect(await storedVersions(kube)).toEqual(['v1'])
  })
})

describe('an object that the API server refuses', () => {
  const admission = (plural: string, kind: string): Resource => ({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural,
    kind,
    namespaced: false,
  })
  const POLICY = admission('validatingadmissionpolicies', 'ValidatingAdmissionPolicy')
  const BINDING = admission('validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding')
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const refusedNow = (): Promise<boolean> =>
    kube.patch(V1, { name: 'app-03', namespace: 'app-team-3' }, 'merge', {}, { dryRun: true }).then(
      () => false,
      () => true,
    )

  const refuse = async (name: string): Promise<void> => {
    const rule = { apiGroups: [GROUP], apiVersions: ['*'], operations: ['UPDATE'], resources: ['ocirepositories'] }
    await kube.create(POLICY, {
      apiVersion,
      kind: POLICY.kind,
      metadata: { name: 'frozen' },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: `object.metadata.name != '${name}'`, message: 'frozen until the audit is over' }],
      },
    })
    const spec = { policyName: 'frozen', validationActions: ['Deny'] }
    await kube.create(BINDING, { apiVersion, kind: BINDING.kind, metadata: { name: 'frozen' }, spec })
    await eventually('the policy to refuse', refusedNow)
  }

  test('is named with its words, the others are rewritten, and its CRD is trimmed only when it is rewritten too', async () => {
    await oldObjects(kube, dir, 10, 'v1')
    await refuse('app-03')
    const runDir = await runFolder()

    const refused = migrateStorage(contextOf(runDir))

    await expect(refused).rejects.toMatchObject({
      code: 'storage-objects-refused',
      message: expect.stringMatching(/OCIRepository app-team-3\/app-03: refused by the API server: .*frozen until the audit is over/),
    })
    expect([await storedAs('v1'), await storedAs('v1beta2')]).toEqual([9, 1])
    expect(await storedVersions(kube)).toEqual(['v1beta2', 'v1'])

    await kube.delete(BINDING, { name: 'frozen' })
    await kube.delete(POLICY, { name: 'frozen' })
    await eventually('the policy to be gone', async () => !(await refusedNow()))
    expect(await migrateStorage(contextOf(runDir))).toEqual({ objects: 1, crds: [NAME] })
    expect(await storedVersions(kube)).toEqual(['v1'])
  })
})

describe('while others change the cluster', () => {
  const once = (work: () => Promise<void>) => {
    let done: Promise<void> | undefined
    return (): Promise<void> => {
      done ??= work()
      return done
    }
  }
  const patchAfter = (work: () => Promise<void>): Partial<Kube> => {
    const first = once(work)
    return {
      patch: async (...call) => {
        await first()
        return kube.patch(...call)
      },
    }
  }
  const withVersions = (crd: KubeObject, change: (version: KubeObject) => object): KubeObject => ({
    ...crd,
    spec: { ...crd.spec, versions: crd.spec.versions.map((each: KubeObject) => ({ ...each, ...change(each) })) },
  })

  test('a CRD whose storage version moved is not trimmed', async () => {
    await oldObjects(kube, dir, 5, 'v1')
    const back = patchAfter(() => setCrd(kube, (crd) => withVersions(crd, ({ name }) => ({ storage: name === 'v1beta2' }))))

    const run = migrateStorage(contextOf(await runFolder(), back))

    await expect(run).rejects.toMatchObject({ code: 'storage-version-moved' })
    expect(await storedVersions(kube)).toEqual(['v1beta2', 'v1'])
  })

  test('a CRD that was changed otherwise has its objects written once more before it is trimmed', async () => {
    await oldObjects(kube, dir, 5, 'v1')
    const column = { name: 'Team', type: 'string', jsonPath: '.metadata.labels.team' }
    const changed = patchAfter(() => setCrd(kube, (crd) => withVersions(crd, () => ({ additionalPrinterColumns: [column] }))))

    const result = await migrateStorage(contextOf(await runFolder(), changed))

    expect(result).toEqual({ objects: 10, crds: [NAME] })
    expect(await storedVersions(kube)).toEqual(['v1'])
  })

  test('an object that is deleted, and one that is written by somebody else, are no failure and lose nothing', async () => {
    await oldObjects(kube, dir, 5, 'v1beta2')
    const raced = patchAfter(async () => {
      await kube.delete(V1, { name: 'app-1', namespace: 'app-team-1' })
      await kube.patch(V1, { name: 'app-2', namespace: 'app-team-2' }, 'merge', { metadata: { labels: { mine: 'yes' } } })
    })

    const result = await migrateStorage(contextOf(await runFolder(), raced))

    expect(result).toEqual({ objects: 4, crds: [NAME] })
    expect((await kube.get(V1, { name: 'app-2', namespace: 'app-team-2' }))?.metadata.labels).toMatchObject({ mine: 'yes' })
    expect([await storedAs('v1'), await storedAs('v1beta2')]).toEqual([4, 0])
    expect((await kube.list(V1)).flatMap((object) => staleVersions(object, `${GROUP}/v1`))).toEqual([])
  })
})

describe('an API server that gives the user little room', () => {
  const flow = (plural: string, kind: string): Resource => ({
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    plural,
    kind,
    namespaced: false,
  })
  const LEVEL = flow('prioritylevelconfigurations', 'PriorityLevelConfiguration')
  const SCHEMA = flow('flowschemas', 'FlowSchema')
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'

  /** Three patches at a time, and what is more is turned away at once. */
  const narrow = async (user: string): Promise<void> => {
    const limits = { nominalConcurrencyShares: 1, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } }
    await kube.create(LEVEL, { apiVersion, kind: LEVEL.kind, metadata: { name: 'narrow' }, spec: { type: 'Limited', limited: limits } })
    const rule = { verbs: ['patch'], apiGroups: [GROUP], resources: ['ocirepositories'], namespaces: ['*'] }
    const subjects = [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'default', name: user } }]
    await kube.create(SCHEMA, {
      apiVersion,
      kind: SCHEMA.kind,
      metadata: { name: 'narrow' },
      spec: { priorityLevelConfiguration: { name: 'narrow' }, matchingPrecedence: 100, rules: [{ subjects, resourceRules: [rule] }] },
    })
  }

  /** A kubeconfig for a service account: unlike ours, it is not exempt from priority and fairness. */
  const kubeconfigOf = async (user: string): Promise<string> => {
    await box.kubectl(['create', 'serviceaccount', user])
    await box.kubectl(['create', 'clusterrolebinding', user, '--clusterrole=cluster-admin', `--serviceaccount=default:${user}`])
    const token = (await box.kubectl(['create', 'token', user])).trim()
    const config = JSON.parse(await box.kubectl(['config', 'view', '--raw', '--minify', '--output=json']))
    const path = join(await runFolder(), 'kubeconfig.json')
    await writeFile(path, JSON.stringify({ ...config, users: [{ name: config.users[0].name, user: { token } }] }), { mode: 0o600 })
    return path
  }

  const turnedAway = async (): Promise<number> => {
    const metrics = await box.kubectl(['get', '--raw', '/metrics'])
    const lines = metrics.split('\n').filter((line) => /^apiserver_flowcontrol_rejected_requests_total\{.*"narrow"/.test(line))
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  }

  test('gets fewer calls at once, and every object is rewritten all the same', async () => {
    await oldObjects(kube, dir, 100, 'v1')
    const kubeconfig = await kubeconfigOf('migrator')
    await narrow('migrator')
    const user = await connect({ env: environment({ dir }), kubeconfig, clock: systemClock, userAgent: 'flux-ops/test' })
    await eventually('the flow schema to be in use', async () =>
      (await box.kubectl(['get', '--raw', '/debug/api_priority_and_fairness/dump_priority_levels'])).includes('narrow'),
    )

    const result = await migrateStorage(contextOf(await runFolder(), user.kube)).finally(() => user.close())

    console.log(`${await turnedAway()} of 100 patches were turned away and sent again`)
    expect(await turnedAway()).toBeGreaterThan(0)
    expect(await turnedAway()).toBeLessThan(50)
    expect(result).toEqual({ objects: 100, crds: [NAME] })
    expect(await storedAs('v1')).toBe(100)
  })
})
