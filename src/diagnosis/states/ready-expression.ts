// What it depends on is ready, and an expression of its own says that it is not yet. kustomize-controller since 1.7.0 and helm-controller since 1.4.0:
// `dependency 'ns/name' is not ready according to readyExpr eval`.
import { explained, person, type State } from './case.ts'

export const readyExpression: State = (found) => {
  const name = /dependency '([^']{1,600})' is not ready according to readyExpr eval/.exec(found.verdict.message)?.[1]
  if (name === undefined) return undefined
  return explained(found, {
    state: 'ready-expression',
    says: `it waits until its own readyExpr holds for ${name}, which may be ready by its own account`,
    certainty: 'likely',
    fixes: [person('see whether the expression can ever hold, and correct spec.dependsOn in git')],
  })
}
