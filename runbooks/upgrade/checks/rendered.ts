// What is only seen in rendered manifests: API versions that a remote base or a patch brings in, and variables that nobody sets.
import { type Build, failedBuilds } from '../../../src/actions/build-kustomizations.ts'
import { type ClusterSurvey, ofKind } from '../../../src/actions/cluster-survey.ts'
import { idOf } from '../../../src/actions/resources.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import { type Variables, variableReader } from '../../../src/actions/substitution-variables.ts'
import type { Check, CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { gatesIn, runningControllers } from '../../../src/flux/controller-args.ts'
import type { RepoFile } from '../../../src/flux/files.ts'
import { type ManifestFinding, scanManifests } from '../../../src/flux/manifests.ts'
import type { RenderedObject } from '../../../src/flux/rendered.ts'
import { isFluxCrd, postBuildOf, strictnessBetween, type Trouble, unsetVariables } from '../../../src/flux/substitution.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, liveVersion, removedApisOf, repositoryOf, targetOf } from '../inspect.ts'
import { buildsOf } from '../rendered.ts'
import { counted, fail, pass, readmeLink } from './results.ts'

/** Of what could not be looked into; the cause of an unknown answer is one sentence. */
const SHOWN = 8

const nameOf = (build: Build): string => `Kustomization ${idOf(build.kustomization)}`

const shortened = (items: readonly CheckItem[]): CheckItem[] =>
  items.length <= SHOWN ? [...items] : [...items.slice(0, SHOWN), { where: '…', what: `and ${items.length - SHOWN} more` }]

/** Fails with what was found, is unknown where something could not be looked into, passes otherwise. */
function answer(id: string, found: readonly CheckItem[], blind: readonly CheckItem[], detail: string, ...hints: string[]): CheckResult {
  if (found.length > 0) return fail(id, detail, { items: [...found, ...blind], hints })
  if (blind.length === 0) return pass()
  const cause = shortened(blind).map(({ where, what }) => `${where}: ${what}`)
  return { status: 'unknown', cause: cause.join('; '), hints: ['kubectl kustomize FOLDER', readmeLink(id)] }
}

/** What a file of the clone shows by itself is told by no-manifest-on-removed-api. */
const isToldByFile = (object: RenderedObject, found: ManifestFinding, inFiles: readonly ManifestFinding[]): boolean =>
  object.origin !== undefined &&
  object.origin.remote === undefined &&
  inFiles.some((each) => each.file === object.origin?.path && each.kind === found.kind && each.apiVersion === found.apiVersion)

function removedIn(build: Build, target: string, inFiles: readonly ManifestFinding[]): CheckItem[] {
  const files = build.objects.map(({ text }, index) => ({ path: `${index}.yaml`, text }))
  return scanManifests(files, target).findings.flatMap((found) => {
    const object = build.objects[Number.parseInt(found.file, 10)]
    if (object === undefined || isToldByFile(object, found, inFiles)) return []
    const from = object.origin?.remote ?? object.origin?.path ?? 'what it renders'
    const what = `${found.kind} ${found.name || object.name} ${found.apiVersion} → ${found.replacement ?? 'no such kind any more'}, from ${from}`
    return [{ where: nameOf(build), what }]
  })
}

export const noRenderedRemovedApi: Check<UpgradeInput> = {
  id: 'no-rendered-removed-api',
  title: 'nothing that Flux would render uses an API version that the target does not serve',
  severity: 'error',
  probe: async (ctx, input) => {
    const [builds, { scan }] = await Promise.all([buildsOf(ctx, input), removedApisOf(ctx, input)])
    const items = builds.flatMap((build) => removedIn(build, targetOf(input).version, scan.findings))
    return answer(
      'no-rendered-removed-api',
      items,
      failedBuilds(builds),
      `${counted(items.length, 'object')} in what Flux renders, beyond the files of this clone`,
      'change it where it comes from: a newer remote base, or a patch that does not set the apiVersion',
    )
  },
}

/** `path:line` of an expression in the file that the object comes from. */
function placeOf(object: RenderedObject, expression: string, files: readonly RepoFile[]): string | undefined {
  const path = object.origin?.remote === undefined ? object.origin?.path : undefined
  const file = files.find((each) => each.path === path)
  const line = file?.text.split('\n').findIndex((each) => each.includes(expression))
  return file === undefined || line === undefined ? undefined : line < 0 ? file.path : `${file.path}:${line + 1}`
}

interface Substituted {
  readonly build: Build
  readonly variables: Variables
}

const substitutedOf = async (ctx: ReadContext, input: UpgradeInput): Promise<Substituted[]> => {
  const read = variableReader(ctx)
  return sideBySide(await buildsOf(ctx, input), 8, async (build) => ({ build, variables: await read(build.kustomization) }))
}

function unsetIn({ build, variables }: Substituted, files: readonly RepoFile[], target: string): CheckItem[] {
  if (variables.status !== 'known') return []
  const asked = build.objects.filter((object) => !(isFluxCrd(object) && target !== '2.9.0'))
  return asked.flatMap((object) =>
    unsetVariables(object, variables.names).flatMap((trouble: Trouble): CheckItem[] =>
      trouble.kind === 'broken'
        ? []
        : [
            {
              where: placeOf(object, trouble.expression, files) ?? nameOf(build),
              what: `${trouble.expression} in ${object.kind} ${object.name}, by ${nameOf(build)}: ${trouble.variable} is not set`,
            },
          ],
    ),
  )
}

function strictnessOf(cluster: ClusterSurvey, target: string): ReturnType<typeof strictnessBetween> {
  const gates = runningControllers(cluster.deployments).flatMap(({ component, args }) =>
    component === 'kustomize-controller' ? [gatesIn(args).get('StrictPostBuildSubstitutions')] : [],
  )
  return strictnessBetween(liveVersion(cluster), target, gates)
}

export const strictSubstitution: Check<UpgradeInput> = {
  id: 'strict-substitution',
  title: 'every variable that Flux substitutes is set or has a default',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const target = targetOf(input).version
    const strict = strictnessOf(cluster, target)
    if (strict !== 'begins')
      return strict === 'off' ? pass('the gate StrictPostBuildSubstitutions is off') : { status: 'skip', reason: strict }
    const all = await substitutedOf(ctx, input)
    const items = all.flatMap((each) => unsetIn(each, repository.files, target))
    const blind = all.flatMap(({ build, variables }) =>
      variables.status === 'unknown'
        ? [{ where: nameOf(build), what: variables.why }]
        : variables.status === 'known'
          ? failedBuilds([build])
          : [],
    )
    return answer(
      'strict-substitution',
      items,
      blind,
      `${counted(items.length, 'variable')} not set: Flux ${target} stops applying what asks for them`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a person is to write
      'set it, or give it a default:  ${NAME:=}  is what it is now',
      'where it is not meant for Flux: the annotation kustomize.toolkit.fluxcd.io/substitute: disabled on the object',
      'for later: --feature-gates=StrictPostBuildSubstitutions=false on kustomize-controller',
    )
  },
}

/** Objects that are substituted and cannot be looked into from here. */
export const substitutionSeen: Check<UpgradeInput> = {
  id: 'substitution-seen',
  title: 'everything that Flux substitutes could be looked into',
  severity: 'warning',
  probe: async (ctx, input) => {
    const cluster = await clusterOf(ctx)
    const strict = strictnessOf(cluster, targetOf(input).version)
    if (strict !== 'begins') return { status: 'skip', reason: strict === 'off' ? 'the gate StrictPostBuildSubstitutions is off' : strict }
    const all = await substitutedOf(ctx, input)
    const blind = failedBuilds(all.flatMap(({ build, variables }) => (variables.status === 'none' ? [] : [build])))
    const ours = new Set(all.map(({ build }) => idOf(build.kustomization)))
    const elsewhere = ofKind(cluster.objects, 'Kustomization').filter((each) => !ours.has(idOf(each)) && postBuildOf(each) !== undefined)
    const sealed = all.flatMap(({ build, variables }) =>
      variables.status === 'none'
        ? []
        : build.objects.filter((object) => object.encrypted && !object.substituteDisabled).map((object) => ({ build, object })),
    )
    const items = [
      ...elsewhere.map((each) => ({
        where: `Kustomization ${idOf(each)}`,
        what: `is applied from ${each.spec?.sourceRef?.kind} ${each.spec?.sourceRef?.name}, not from this clone`,
      })),
      ...sealed.map(({ build, object }) => ({
        where: object.origin?.path ?? nameOf(build),
        what: `${object.kind} ${object.name} is encrypted: whether its values ask for a variable is not seen`,
      })),
    ]
    const detail = `${counted(items.length, 'object')} that Flux substitutes and that could not be looked into`
    return answer('substitution-seen', items, blind, detail)
  },
}
