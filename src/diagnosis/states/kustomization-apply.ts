// What was built and the API server does not take: one object of it stops all of them.
import type { Explanation, Fix } from '../finding.ts'
import { shellWord } from '../shell-word.ts'
import { explained, never, person, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly pattern: RegExp
  /** `what`: the object that is refused. The rest is what the pattern has caught. */
  readonly says: (what: string, ...caught: (string | undefined)[]) => string
  readonly fixes: (what: string, ...caught: (string | undefined)[]) => readonly Fix[]
  readonly certainty?: Explanation['certainty']
}

/** `Deployment/default/web dry-run failed (Invalid): …` */
const OBJECT = /([A-Z][A-Za-z]+\/[^\s:]+) (?:dry-run failed|apply failed|namespace not specified|not found:)/

const UNNAMED = 'an object'

const NOTHING = 'nothing of this Kustomization is applied'

const WAYS: readonly Way[] = [
  {
    state: 'decryption-missing',
    pattern: /is SOPS encrypted, configuring decryption is required/,
    says: (what) => `${what} is sealed, and spec.decryption does not say that it is`,
    fixes: () => [person('give it spec.decryption with provider sops, in git', 'flux-ops audit keys')],
  },
  {
    state: 'immutable-field',
    pattern: /field is immutable|may not change once set|immutable/i,
    says: (what) => `${what} cannot be changed in that way: the field is immutable, and ${NOTHING}`,
    fixes: (what) => [
      person('give the object another name, or take the change back, in git'),
      {
        ...person(
          'or let Flux delete and make it anew: annotate this one object with kustomize.toolkit.fluxcd.io/force: enabled, in git, and see first what is lost with it',
        ),
        ...(what === UNNAMED ? {} : { remedy: { does: 'recreate', to: what } }),
      },
      never('spec.force: true: it deletes whatever the server refuses, volumes among it'),
    ],
  },
  {
    state: 'webhook-down',
    pattern: /failed calling webhook(?: "([^"]{1,253})")?|no endpoints available for service/i,
    says: (_what, webhook) =>
      `${webhook === undefined ? 'a webhook' : `the webhook ${webhook}`} does not answer, and what it has to look at is refused`,
    fixes: () => [
      person('bring the service behind it back', 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations'),
      never('deleting the webhook configuration: what it keeps out comes in'),
    ],
  },
  {
    state: 'crd-missing',
    pattern: /no matches for kind(?: "([^"]{1,253})")?/i,
    says: (_what, kind) => `the cluster knows no kind ${kind ?? 'of that name'}`,
    fixes: () => [person('apply its CRDs by a Kustomization of their own, and let this one depend on that, in git')],
  },
  {
    state: 'admission-denied',
    pattern: /admission webhook .{0,600} denied the request|ValidatingAdmissionPolicy .{0,600} denied request/i,
    says: (what) => `a policy of the cluster refuses ${what}, and ${NOTHING}`,
    fixes: () => [
      person('change the object, or have the policy changed by whoever keeps it'),
      never('taking the policy off to get past it: what it keeps out comes in'),
    ],
  },
  {
    state: 'namespace-terminating',
    pattern: /unable to create new content in namespace (\S{1,253}) because it is being terminated/,
    says: (what, namespace) => `${what} is to be in the namespace ${namespace}, which is being deleted`,
    fixes: (_what, namespace) => [
      person(
        'if it is to go, take what applies into it out, in git; if not, see what holds it, and let it be made anew',
        `kubectl get namespace ${shellWord(namespace ?? '')} -o jsonpath='{.status.conditions[*].message}'`,
      ),
      never('finalizing the namespace by hand: what is left in it stays behind'),
    ],
  },
  {
    state: 'namespace-missing',
    pattern: /namespaces "([^"]{1,253})" not found/,
    says: (what, namespace) => `${what} is to be in the namespace ${namespace}, which is not there, and ${NOTHING}`,
    fixes: () => [
      person(
        'have the namespace made by the same Kustomization, or by one that this one depends on; or correct spec.targetNamespace, in git',
      ),
    ],
  },
  {
    state: 'quota-exceeded',
    pattern: /exceeded quota: ([^\s,]{1,253})/,
    says: (what, quota) => `${what} is more than the ResourceQuota ${quota} leaves, and ${NOTHING}`,
    fixes: () => [person('ask for less, or have the quota raised by whoever keeps it, in git')],
  },
  {
    state: 'webhook-dry-run',
    pattern: /admission webhook(?: "([^"]{1,253})")? does not support dry run/,
    says: (what, webhook) => `the webhook ${webhook ?? ''} cannot be asked for ${what} without an effect, and ${NOTHING}`,
    fixes: () => [person('have its configuration say sideEffects: None or NoneOnDryRun, where whoever keeps it knows that to be so')],
  },
  {
    state: 'not-permitted',
    pattern: /User "([^"]{1,300})" cannot (\S{1,40}) resource "([^"]{1,253})"/,
    says: (what, account, verb, kind) => `${account} may not ${verb} ${kind}: ${what} is refused, and ${NOTHING}`,
    fixes: () => [
      person('have the right given to that account, or name another in spec.serviceAccountName, in git'),
      never('giving it cluster-admin, or taking spec.serviceAccountName out, to get past it'),
    ],
  },
  {
    state: 'apply-refused',
    pattern: /^/,
    says: (what) => `the API server refuses ${what}, and ${NOTHING}`,
    certainty: 'likely',
    fixes: () => [person('correct the object, in git')],
  },
]

export const kustomizationApply: State = (found) => {
  const { object, said } = found
  if (object.kind !== 'Kustomization' || !/^ReconciliationFailed/m.test(said)) return undefined
  const what = OBJECT.exec(said)?.[1] ?? /\b([A-Z][A-Za-z]{1,62}\/\S{1,520}) is SOPS encrypted/.exec(said)?.[1] ?? UNNAMED
  for (const { state, pattern, says, fixes, certainty } of WAYS) {
    const match = pattern.exec(said)
    if (match === null) continue
    const caught = match.slice(1)
    return explained(found, { state, says: says(what, ...caught), fixes: fixes(what, ...caught), certainty: certainty ?? 'certain' })
  }
  return undefined
}
