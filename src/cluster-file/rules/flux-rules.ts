// Which Flux: what the release has, what it runs on, and what a style can do. The facts are those of the catalogue.
import semver from 'semver'
import { OpsError } from '../../errors.ts'
import { knows } from '../../flux/catalogue/flags.ts'
import { isKnown, type ReleaseFacts, release, releases } from '../../flux/catalogue/index.ts'
import { firstOperatorWith } from '../../flux/catalogue/operator.ts'
import { COMPONENTS, type Component } from '../../flux/kinds.ts'
import { USUAL_COMPONENTS } from '../schema-flux.ts'
import { duplicates, isForgeStyle } from './git-rules.ts'
import { type Finding, type Question, type Rule, when } from './model.ts'

type File = Question['file']

const factsOf = (file: File): ReleaseFacts | undefined => {
  const { version } = file.flux ?? {}
  return version !== undefined && isKnown(version) ? release(version) : undefined
}

/** Those that would run; undefined while one of the two lists is not sound. */
const componentsOf = ({ file, has }: Question): readonly Component[] | undefined => {
  const { components, componentsExtra } = file.flux ?? {}
  if ((has('flux.components') && !components) || (has('flux.componentsExtra') && !componentsExtra)) return undefined
  return [...(components ?? USUAL_COMPONENTS), ...(componentsExtra ?? [])]
}

const knownRelease: Rule = ({ file: { flux } }) => {
  if (flux?.version === undefined || isKnown(flux.version)) return []
  try {
    release(flux.version)
    return []
  } catch (error) {
    const [near = ''] = error instanceof OpsError ? error.hints : []
    return when(true, 'flux.version', `is no release that this flux-ops knows: ${flux.version}`, near)
  }
}

const kubernetesRange: Rule = ({ file }) => {
  const range = file.cluster?.kubernetes
  if (range === undefined) return []
  const path = 'cluster.kubernetes'
  if (semver.validRange(range) === null) return when(true, path, 'is no range of versions', 'kubernetes: ">=1.34 <1.37"')
  const facts = factsOf(file)
  if (facts?.kubernetes === undefined) return []
  const { min, max } = facts.kubernetes
  const tested = `>=${min}.0-0 <1.${Number(max.slice(2)) + 1}.0-0`
  return when(
    !semver.intersects(range, tested, { includePrerelease: true }),
    path,
    `has no version that Flux ${facts.version} is tested with: ${min} to ${max}`,
    `kubernetes: ">=${min} <1.${Number(max.slice(2)) + 1}", or another release of Flux`,
  )
}

const placeOf = (file: File, component: Component): string => {
  const { components = [], componentsExtra = [] } = file.flux ?? {}
  const extra = componentsExtra.indexOf(component)
  return extra === -1 ? `flux.components.${components.indexOf(component)}` : `flux.componentsExtra.${extra}`
}

const componentsOfRelease: Rule = (question) => {
  const facts = factsOf(question.file)
  const all = componentsOf(question)
  if (facts === undefined || all === undefined) return []
  return all.flatMap((component) => {
    if (facts.controllers.some((each) => each.component === component)) return []
    const since = releases().find((version) => release(version).controllers.some((each) => each.component === component))
    const where = placeOf(question.file, component)
    return when(
      true,
      where,
      `is ${component}, which Flux ${facts.version} does not have`,
      `it came with ${since}: take that or a newer one, or leave it out`,
    )
  })
}

const componentsFit: Rule = (question) => {
  const { file, has } = question
  const { components, componentsExtra } = file.flux ?? {}
  const all = componentsOf(question)
  const listed = components ?? (has('flux.components') ? [] : USUAL_COMPONENTS)
  const twice = (componentsExtra ?? []).flatMap((component, index) =>
    when(
      (listed as readonly string[]).includes(component),
      `flux.componentsExtra.${index}`,
      'stands in components already',
      'once is enough',
    ),
  )
  return [
    ...duplicates(components, 'flux.components'),
    ...duplicates(componentsExtra, 'flux.componentsExtra'),
    ...twice,
    ...(['source-controller', 'kustomize-controller'] as const).flatMap((needed) =>
      when(
        all !== undefined && !all.includes(needed),
        'flux.components',
        `has no ${needed}, and without it nothing is synced`,
        `- ${needed}`,
      ),
    ),
  ]
}

/** Commits that Flux makes: what they are made of, and whether the key lets them through. */
const imageUpdates: Rule = (question) => {
  const { file, has } = question
  const image = 'image-automation-controller'
  const all = componentsOf(question)
  const automates = all?.includes(image) === true
  return [
    ...when(
      automates && !all.includes('image-reflector-controller'),
      placeOf(file, image),
      'commits what image policies say, and image-reflector-controller, which reads them, is not there',
      'componentsExtra: [image-reflector-controller, image-automation-controller]',
    ),
    ...when(
      automates && isForgeStyle(file.flux?.style) && file.forge?.readWriteKey !== true && !has('git.auth.token') && has('forge'),
      placeOf(file, image),
      'pushes commits, and the deploy key may only read',
      'forge.readWriteKey: true',
    ),
  ]
}

const gateFindings = (facts: ReleaseFacts, component: Component, gate: string): readonly Finding[] => {
  const path = `flux.settings.featureGates.${component}.${gate}`
  if (gate === 'OOMWatch') return when(true, path, 'is set by settings.oomWatch', 'take it out here')
  const controller = facts.controllers.find((each) => each.component === component)
  if (controller === undefined || knows(component, controller.tag, 'gate', gate) !== 'no') return []
  const since = releases().find((version) => {
    const tag = semver.gt(version, facts.version)
      ? release(version).controllers.find((each) => each.component === component)?.tag
      : undefined
    return tag !== undefined && knows(component, tag, 'gate', gate) === 'yes'
  })
  const other = COMPONENTS.find((each) => {
    const tag = facts.controllers.find((known) => known.component === each)?.tag
    return tag !== undefined && knows(each, tag, 'gate', gate) === 'yes'
  })
  const hint =
    since !== undefined ? `${component} of Flux ${since} has it` : other !== undefined ? `it is a gate of ${other}` : 'is it spelled right?'
  return when(true, path, `is no feature gate of ${component} in Flux ${facts.version}: it would not start`, hint)
}

/** Settings, and the flags that they become. */
const FLAGS: readonly (readonly [setting: string, Component, flag: string])[] = [
  ['concurrent', 'kustomize-controller', 'concurrent'],
  ['requeueDependency', 'kustomize-controller', 'requeue-dependency'],
  ['helmCache', 'source-controller', 'helm-cache-max-size'],
  ['oomWatch', 'helm-controller', 'oom-watch-memory-threshold'],
]

const settingsOfRelease: Rule = (question) => {
  const { file, has } = question
  const facts = factsOf(file)
  const all = componentsOf(question)
  const gates = Object.entries(file.flux?.settings?.featureGates ?? {}) as [Component, Readonly<Record<string, boolean>>][]
  const of = (component: string): string | undefined => facts?.controllers.find((each) => each.component === component)?.tag
  return [
    ...FLAGS.flatMap(([setting, component, flag]) => {
      const path = `flux.settings.${setting}`
      const tag = of(component)
      if (!has(path)) return []
      if (all !== undefined && !all.includes(component) && setting !== 'concurrent')
        return when(true, path, `is for ${component}, which is not among the components`, `take it out, or add ${component}`)
      return when(
        tag !== undefined && knows(component, tag, 'flag', flag) === 'no',
        path,
        `becomes --${flag}, which ${component} of Flux ${facts?.version} does not have`,
        'take it out, or take a newer release',
      )
    }),
    ...gates.flatMap(([component, each]) => [
      ...when(
        all !== undefined && !all.includes(component),
        `flux.settings.featureGates.${component}`,
        'is not among the components',
        `take it out, or add ${component}`,
      ),
      ...(facts === undefined ? [] : Object.keys(each ?? {}).flatMap((gate) => gateFindings(facts, component, gate))),
    ]),
  ]
}

/** What Flux keeps the operator by, and who may do what under it. */
const operatorWays: Rule = (question) => {
  const { flux, layout } = question.file
  const all = componentsOf(question)
  if (flux?.style !== 'operator') return []
  return [
    ...when(
      all !== undefined && !all.includes('helm-controller'),
      'flux.components',
      'has no helm-controller, by which Flux keeps the Flux Operator',
      '- helm-controller',
    ),
    ...when(
      flux.operator?.multitenant === true && layout?.kind !== undefined && layout.kind !== 'none',
      'flux.operator.multitenant',
      `leaves the Kustomizations of layout ${layout?.kind} without any right`,
      'layout: {kind: none}, and Kustomizations of your own that name their accounts',
    ),
  ]
}

const operator: Rule = (question) => {
  const { file, has } = question
  const { style, version, watchAllNamespaces, settings } = file.flux ?? {}
  const asked = file.flux?.operator?.version
  const first = version === undefined ? undefined : firstOperatorWith(version)
  const monitor = (settings?.monitors ?? []).indexOf('ServiceMonitor')
  return [
    ...when(
      style !== undefined && style !== 'operator' && has('flux.operator'),
      'flux.operator',
      `is for style operator; this is style ${style}`,
      'take it out, or take style: operator',
    ),
    ...when(
      style !== undefined && style !== 'operator' && monitor !== -1,
      `flux.settings.monitors.${monitor}`,
      'is of the Flux Operator: the controllers have no Service that shows their metrics',
      'PodMonitor',
    ),
    ...when(
      style === 'operator' && watchAllNamespaces === false,
      'flux.watchAllNamespaces',
      'cannot be false with style operator: a FluxInstance has no field for it',
      'take it out, or take style: kustomize',
    ),
    ...when(
      asked !== undefined && first !== undefined && semver.lt(asked, first),
      'flux.operator.version',
      `is too old for Flux ${version}`,
      `version: ${first}  or newer`,
    ),
    ...operatorWays(question),
    ...duplicates(settings?.monitors, 'flux.settings.monitors'),
    ...duplicates(file.flux?.tolerationKeys, 'flux.tolerationKeys'),
  ]
}

export const fluxRules: readonly Rule[] = [
  knownRelease,
  kubernetesRange,
  componentsOfRelease,
  componentsFit,
  imageUpdates,
  settingsOfRelease,
  operator,
]
