// What in a HelmRelease, or in the values of the chart flux2, turns an upgrade of Flux itself into something else.
import type { KubeObject } from '../ports/kube.ts'
import { COMPONENTS } from './kinds.ts'

export interface ReleaseHazard {
  /** Path in the HelmRelease, or of a value. */
  readonly where: string
  readonly what: string
}

type Values = Readonly<Record<string, unknown>>

const inValues = (values: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Values)[key] : undefined), values)

/** `helm-controller` is `helmController` in the values of the chart. */
const valuesKey = (component: string): string => component.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())

/** In spec.upgrade; fields: https://fluxcd.io/flux/components/helm/helmreleases/#upgrade-configuration */
function upgradeHazards({ spec }: KubeObject): ReleaseHazard[] {
  const { force, remediation } = spec?.upgrade ?? {}
  return [
    ...(remediation?.strategy === 'uninstall'
      ? [
          {
            where: 'spec.upgrade.remediation.strategy: uninstall',
            what: 'an upgrade that fails uninstalls Flux, with its CRDs, and with them every object of Flux',
          },
        ]
      : []),
    ...(force === true
      ? [{ where: 'spec.upgrade.force: true', what: 'every object of Flux is replaced instead of patched: what others set in it is lost' }]
      : []),
  ]
}

function valueHazards(values: unknown): ReleaseHazard[] {
  const tags = COMPONENTS.flatMap((component): ReleaseHazard[] => {
    const key = valuesKey(component)
    const tag = inValues(values, key, 'tag')
    return tag === undefined
      ? []
      : [{ where: `values: ${key}.tag`, what: `keeps ${component} at ${String(tag)}, whatever the chart brings` }]
  })
  const crds = inValues(values, 'installCRDs') === false
  return [...(crds ? [{ where: 'values: installCRDs: false', what: 'the CRDs would stay those of the release before' }] : []), ...tags]
}

/** `values`: as Helm remembers them, merged from all places. */
export const releaseHazards = (release: KubeObject, values: Values): ReleaseHazard[] => [
  ...upgradeHazards(release),
  ...valueHazards(values),
]
