// What a move makes of flags for settings: beside what runs, before patches of the repository, and each difference told with its reason.
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { describePlan } from '../../../../runbooks/migrate-operator/describe.ts'
import { inputSchema } from '../../../../runbooks/migrate-operator/input.ts'
import { makePlan } from '../../../../runbooks/migrate-operator/plan.ts'
import type { MovePlan } from '../../../../runbooks/migrate-operator/plan-schema.ts'
import type { Command, ExecResult } from '../../../../src/ports/exec.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { contextOf, GOTK, type World, world } from '../outcomes/world.ts'

// biome-ignore lint/suspicious/noExplicitAny: manifests
type Thing = any

const KUSTOMIZATION = '/repo/clusters/prod/flux-system/kustomization.yaml'
const RESOURCES = ['gotk-components.yaml', 'gotk-sync.yaml']

const isNamed = (list: Thing): boolean => Array.isArray(list) && list.every((each) => typeof each?.name === 'string')

/** As kustomize merges, as far as these patches go: maps by key, lists of named things by name. */
function merge(into: Thing, patch: Thing): Thing {
  if (isNamed(into) && isNamed(patch))
    return [
      ...into.map((each: Thing) => merge(each, patch.find(({ name }: Thing) => name === each.name) ?? {})),
      ...patch.filter(({ name }: Thing) => !into.some((each: Thing) => each.name === name)),
    ]
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch) || typeof into !== 'object' || into === null) return patch
  return Object.fromEntries(
    [...new Set([...Object.keys(into), ...Object.keys(patch)])].map((key) => [
      key,
      key in patch ? merge(into[key], patch[key]) : into[key],
    ]),
  )
}

function operate(object: Thing, { path, value }: { path: string; value: Thing }): void {
  const keys = path.slice(1).split('/')
  const last = keys.pop() ?? ''
  const at = keys.reduce((each, key) => {
    each[key] ??= {}
    return each[key]
  }, object)
  if (Array.isArray(at) && last === '-') at.push(value)
  else at[last] = value
}

function patched(object: Thing, patches: Thing[]): Thing {
  return patches
    .filter(({ target }) => target.kind === object.kind && new RegExp(`^(${target.name ?? '.*'})$`).test(object.metadata.name))
    .reduce((each, { patch }) => {
      const said = parse(patch)
      if (!Array.isArray(said)) return { ...merge(each, said), metadata: each.metadata }
      const copy = structuredClone(each)
      for (const operation of said) operate(copy, operation)
      return copy
    }, object)
}

/** flux and kubectl as far as a plan asks them: the release as it runs, and the patches of the overlay over it. */
function tools(made: World): (command: Command) => Partial<ExecResult> {
  const base = structuredClone(
    [...made.kube.objects].flatMap(([key, each]) =>
      key.startsWith('deployments ')
        ? [{ ...each, kind: 'Deployment' }]
        : /^(gitrepositories|kustomizations) flux-system\/flux-system$/.test(key)
          ? [each]
          : [],
    ),
  )
  return ({ tool, args, stdin, scratch }) => {
    if (tool === 'flux') return { stdout: `---\n# Flux Version: v2.7.3\n${base.map((each) => `${JSON.stringify(each)}\n`).join('---\n')}` }
    if (args[0] === 'kustomize') {
      const { patches } = JSON.parse(scratch?.files['kustomization.yaml'] ?? '{}')
      const own = patches.filter(({ target }: Thing) => target?.name !== undefined)
      return { stdout: base.map((each) => `${JSON.stringify(patched(each, own))}\n`).join('---\n') }
    }
    const { items } = JSON.parse(String(stdin)) as { items: KubeObject[] }
    return { stdout: items.map((each) => JSON.stringify(each, null, 1)).join('\n') }
  }
}

const deploymentsOf = ({ kube }: World): Thing[] =>
  [...kube.objects].flatMap(([key, each]) => (key.startsWith('deployments ') ? [{ ...each, kind: 'Deployment' }] : []))

/** A Flux by `flux bootstrap` whose controllers have arguments, limits and a volume, as its manifests have. */
function installed(): World {
  const made = world()
  for (const each of deploymentsOf(made)) {
    const { spec } = each.spec.template
    Object.assign(spec, { volumes: [{ name: 'temp', emptyDir: {} }] })
    Object.assign(spec.containers[0], { name: 'manager', args: ['--log-level=info'], resources: { limits: { memory: '1Gi' } } })
    made.kube.put('deployments', each)
  }
  const crd =
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: gitrepositories.source.toolkit.fluxcd.io\n'
  made.files.set(GOTK, `${made.files.get(GOTK)}---\n${crd}`)
  made.exec = tools(made)
  Object.assign(made.kube, { kinds: async () => [] })
  return made
}

/** `byHand`: what somebody has changed in the cluster alone. */
function planWith(settings: object, patches: object[] = [], byHand: (deployments: Thing[]) => void = () => undefined): Promise<MovePlan> {
  const made = installed()
  made.files.set(KUSTOMIZATION, stringify({ resources: RESOURCES, ...(patches.length === 0 ? {} : { patches }) }))
  const deployments = deploymentsOf(made).map((each) => patched(each, patches))
  byHand(deployments)
  for (const each of deployments) made.kube.put('deployments', each)
  const input = inputSchema.parse({
    repo: '/repo',
    operatorVersion: '0.58.1',
    operatorChart: 'oci://r.test/charts/flux-operator',
    settings,
  })
  return makePlan({ ...contextOf(made), charts: { versions: async () => ['0.58.1'], appVersion: async () => undefined } }, input)
}

const argument = (name: string, value: string) => ({
  target: { kind: 'Deployment', name },
  patch: stringify([{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value }]),
})

const told = ({ differences }: MovePlan, reason: string): string[] =>
  differences
    .filter((each) => each.reason === reason)
    .map(({ object, path, now, under }) => `${object.split('/').at(-1)} ${path.split(' ').at(-1)}: ${now} → ${under}`)

it('without a flag nothing is asked for, and what runs stays', async () => {
  const plan = await planWith({}, [argument('kustomize-controller', '--concurrent=8')])

  expect(told(plan, 'asked')).toEqual([])
  expect(plan.overruled).toEqual([])
  expect(plan.instance.manifest).toContain('--concurrent=8')
})

it('a flag adds what was not set, and it is told as asked for, of each controller that it is for', async () => {
  const plan = await planWith({ concurrent: 10 })

  expect(told(plan, 'asked').sort()).toEqual([
    'helm-controller --concurrent: null → --concurrent=10',
    'kustomize-controller --concurrent: null → --concurrent=10',
    'source-controller --concurrent: null → --concurrent=10',
  ])
  expect(told(plan, 'lost')).toEqual([])
})

it('a flag counts before a patch of the repository, which is carried, and the plan shows both', async () => {
  const plan = await planWith({ concurrent: 10 }, [argument('kustomize-controller', '--concurrent=8')])

  expect(told(plan, 'asked')).toContain('kustomize-controller --concurrent: --concurrent=8 → --concurrent=10')
  expect(plan.overruled).toEqual([
    {
      object: 'Deployment flux-system/kustomize-controller',
      path: 'spec.template.spec.containers[manager].args --concurrent',
      patch: '--concurrent=8',
      flag: '--concurrent=10',
    },
  ])
  const lines = describePlan(plan).join('\n')
  expect(lines).toMatch(
    /a patch of the repository says another; it is carried as well, and the flag counts:\n.*--concurrent=8; the flag: --concurrent=10\n.*Deployment kustomize-controller$/m,
  )
  expect(lines).toMatch(/3 fields as flags ask for it/)
})

it('a patch that says the same as the flag is no conflict', async () => {
  const plan = await planWith({ concurrent: 8 }, [argument('kustomize-controller', '--concurrent=8')])

  expect(plan.overruled).toEqual([])
  expect(told(plan, 'asked').some((line) => line.startsWith('kustomize-controller'))).toBe(false)
})

it('a flag counts before what somebody has set by hand, and the rest of that is kept', async () => {
  const plan = await planWith({ concurrent: 10 }, [], (deployments) => {
    const { args } = deployments.find(({ metadata }) => metadata.name === 'kustomize-controller').spec.template.spec.containers[0]
    args.push('--concurrent=20', '--no-remote-bases=true')
  })

  expect(told(plan, 'asked')).toContain('kustomize-controller --concurrent: --concurrent=20 → --concurrent=10')
  expect(told(plan, 'kept')).toEqual(['kustomize-controller --no-remote-bases: --no-remote-bases=true → null'])
  expect(told(plan, 'lost')).toEqual([])
})

it('all settings of a FluxInstance become differences that were asked for, and none that is lost', async () => {
  const plan = await planWith({
    concurrent: 10,
    requeueDependency: '5s',
    memoryLimit: '2Gi',
    inMemoryBuild: true,
    helmCache: {},
    oomWatch: {},
  })

  const asked = told(plan, 'asked').map((line) => line.split(':')[0])
  expect(asked).toEqual(
    expect.arrayContaining([
      'helm-controller --oom-watch-interval',
      'helm-controller --oom-watch-memory-threshold',
      'helm-controller --feature-gates=OOMWatch',
      'helm-controller --requeue-dependency',
      'source-controller --helm-cache-max-size',
      'source-controller --helm-cache-ttl',
      'source-controller --helm-cache-purge-interval',
      'kustomize-controller spec.template.spec.volumes',
      'source-controller spec.template.spec.containers[manager].resources',
    ]),
  )
  expect(told(plan, 'lost')).toEqual([])
  expect(told(plan, 'kept')).toEqual([])
})
