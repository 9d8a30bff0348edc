// Images: scans, policies and the commits that are made of them. As image-reflector-controller 1.0.3 and image-automation-controller 1.0.3 say it.
import type { Fix } from '../finding.ts'
import { explained, never, person, reconcile, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly kind: string
  readonly pattern: RegExp
  readonly says: string
  readonly fixes: readonly Fix[]
}

const WAYS: readonly Way[] = [
  {
    state: 'image-template',
    kind: 'ImageUpdateAutomation',
    pattern: /^RemovedTemplateField/m,
    says: 'the template of its commit message uses a field that is gone since Flux 2.7',
    fixes: [person('write .Changed in place of .Updated and .Changed.ImageResult, in git')],
  },
  {
    state: 'image-update-spec',
    kind: 'ImageUpdateAutomation',
    pattern: /^(?:InvalidPolicySelector|InvalidSourceConfiguration|InvalidUpdateStrategy)/m,
    says: 'its spec asks for something that cannot be: the selector, the source or the strategy',
    fixes: [person('correct it in git: it is tried again as soon as it changes')],
  },
  {
    state: 'image-push-rejected',
    kind: 'ImageUpdateAutomation',
    pattern: /^GitOperationFailed failed to update source: (?!.{0,2000}(?:authenticat|authoriz))/m,
    says: 'the server does not take its commit',
    fixes: [
      person('let it push to a branch of its own (spec.git.push.branch) and open a pull request, or give its credential the right to push'),
      never('a push by force, or taking the protection off the branch'),
    ],
  },
  {
    state: 'image-policy-spec',
    kind: 'ImagePolicy',
    pattern: /^(?:InvalidPolicy|IntervalNotConfigured)/m,
    says: 'its policy cannot be read, or lacks an interval',
    fixes: [person('correct it in git: it is tried again as soon as it changes')],
  },
  {
    state: 'image-policy-no-tag',
    kind: 'ImagePolicy',
    pattern: /unable to determine latest version from provided list|version list argument cannot be empty|no tags in database/,
    says: 'no tag of the image fits its policy',
    fixes: [person('see which tags were found, and correct the range or the filter, in git')],
  },
]

export const imageAutomation: State = (found) => {
  const { object, said } = found
  const way = WAYS.find(({ kind, pattern }) => kind === object.kind && pattern.test(said))
  if (way === undefined) return undefined
  return explained(found, {
    state: way.state,
    says: way.says,
    fixes: [...way.fixes, reconcile('then let it be tried at once', object)],
  })
}
