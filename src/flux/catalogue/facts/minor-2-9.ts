import type { KubeObject } from '../../../ports/kube.ts'
import { objectLabel } from '../../kinds.ts'
import { hooksWithTemplates, keepsHelm3, releasesWithRecords } from './helm-traits.ts'
import { found, linesOf, list, ofKind, text } from './look.ts'
import type { FactFinding, FactObject, FactWorld, ReleaseFact } from './types.ts'

const gcrReceivers = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.filter(({ kind, spec }) => kind === 'Receiver' && spec?.type === 'gcr')

const secretOf = ({ metadata, spec }: KubeObject): string => `${metadata.namespace ?? ''}/${text(spec?.secretRef?.name)}`

function gcrClaims(world: FactWorld): FactFinding {
  const objects: FactObject[] = []
  const unread: string[] = []
  for (const receiver of gcrReceivers(world.objects)) {
    const key = secretOf(receiver)
    const look = world.secrets.get(key) ?? { unread: 'was not asked for' }
    if ('unread' in look) unread.push(`Secret ${key} of ${objectLabel(receiver)}: ${look.unread}`)
    else {
      const lacks =
        'missing' in look ? ['everything: it does not exist'] : ['email', 'audience'].filter((name) => !look.keys.includes(name))
      if (lacks.length > 0) objects.push({ where: objectLabel(receiver), what: `its Secret ${key} lacks ${lacks.join(' and ')}` })
    }
  }
  return unread.length === 0 ? found(objects) : { objects, unknown: unread.join('; ') }
}

/** The description of a field in Flux' own CRD reads like a variable. */
const FLUX_CRD = /_[^_]*\.fluxcd\.io_apiextensions\.k8s\.io_CustomResourceDefinition$/

const substitutesFluxCrds = ({ spec, status }: KubeObject): string | undefined =>
  spec?.postBuild && list(status?.inventory?.entries).some((entry) => FLUX_CRD.test(text((entry as { id?: unknown }).id)))
    ? 'applies the CRDs of Flux with postBuild'
    : undefined

export const FACTS_2_9: readonly ReleaseFact[] = [
  {
    id: 'gcr-receiver-claims',
    minor: '2.9',
    range: { component: 'notification-controller', from: '1.9.0' },
    title: 'a Receiver of type gcr needs email and audience in its Secret (CVE-2026-40109)',
    breaks:
      'the webhook is refused: "required field email (audience) for GCR receiver"; nothing is reconciled on a push to the registry any more',
    fix: 'add both keys to the Secret: the service account of the push subscription, and the URL of the webhook',
    source: 'https://github.com/advisories/GHSA-h9cx-xjg6-5v2w',
    severity: 'error',
    holds: 'every Receiver of type gcr has the claims that it will ask for',
    secrets: (objects) => gcrReceivers(objects).map(secretOf),
    concerns: gcrClaims,
  },
  {
    id: 'post-render-strategy',
    minor: '2.9',
    range: { component: 'helm-controller', from: '1.6.0' },
    title: 'hooks go through post-renderers together with the templates (postRenderStrategy: combined)',
    breaks:
      'patches hit hooks too, and a chart with a hook and a template of one name fails, with or without postRenderers: "may not add resource with an already registered id"',
    fix: 'spec.postRenderStrategy: nohooks right after the upgrade, as the field is new with 2.9; or the gate UseHelm3Defaults=true of helm-controller',
    source: 'https://github.com/fluxcd/helm-controller/pull/1470',
    severity: 'warning',
    holds: 'no HelmRelease has postRenderers, or a hook and a template of one name, without saying what becomes of its hooks',
    records: releasesWithRecords,
    concerns: (world) => (keepsHelm3(world) ? found([]) : hooksWithTemplates(world, 'has postRenderers and no postRenderStrategy')),
  },
  {
    id: 'failed-prunes-stay',
    minor: '2.9',
    range: { component: 'kustomize-controller', from: '1.9.0' },
    title: 'what could not be deleted stays in the inventory and is tried again',
    breaks: 'a Kustomization that fails to prune goes on failing, where it used to forget the object',
    fix: 'delete the object by hand, or what keeps it: a finalizer, a webhook, a missing permission',
    source: 'https://github.com/fluxcd/kustomize-controller/pull/1665',
    severity: 'note',
    concerns: (world) =>
      found(
        ofKind(world, 'Kustomization', ({ status }) =>
          list(status?.conditions).some((each) => (each as { reason?: unknown } | null)?.reason === 'PruneFailed')
            ? 'fails to prune now'
            : undefined,
        ),
      ),
  },
  {
    id: 'flux-crds-substituted',
    minor: '2.9',
    range: { component: 'kustomize-controller', from: '1.9.0', until: '1.9.2' },
    lasting: true,
    title: 'variables are looked for in the CRDs of Flux as well (fixed in 2.9.1)',
    breaks: 'the Kustomization that applies Flux fails: "variable not set (strict mode): var", and Flux cannot repair itself',
    fix: 'go to 2.9.1 or newer',
    source: 'https://github.com/fluxcd/flux2/issues/5967',
    severity: 'error',
    holds: 'nothing looks for variables in the CRDs of Flux',
    concerns: (world) => found(ofKind(world, 'Kustomization', substitutesFluxCrds)),
  },
  {
    id: 'openapi-url',
    minor: '2.9',
    range: { component: 'kustomize-controller', from: '1.9.2', until: '1.9.3' },
    lasting: true,
    title: 'a kustomization with openapi.path on the web is refused (fixed in 2.9.2)',
    breaks: 'the Kustomization fails: "failed to read OpenAPI schema"',
    fix: 'go to 2.9.2 or newer',
    source: 'https://github.com/fluxcd/kustomize-controller/pull/1703',
    severity: 'error',
    holds: 'no kustomization reads its OpenAPI schema from the web',
    concerns: ({ files }) => {
      const own = files.filter(({ path, text: body }) => /(^|\/)kustomization\.ya?ml$/.test(path) && /^openapi:/m.test(body))
      return found(linesOf(own, /^[ \t]+path:\s*["']?https?:\/\//m, 'reads its OpenAPI schema from the web'))
    },
  },
]
