// What a controller refuses to do for the sake of its own settings, or cannot read in the spec: it is stalled, and tried again only once it changes.
import { explained, never, person, type State } from './case.ts'

export const forbiddenSpec: State = (found) => {
  const { said } = found
  if (/^AccessDenied/m.test(said))
    return explained(found, {
      state: 'access-denied',
      says: 'it names something in another namespace, and the controllers may not follow that here',
      fixes: [
        person('have what it names in its own namespace, in git'),
        never('taking --no-cross-namespace-refs off the controllers: every tenant may then use what others have'),
      ],
    })
  if (/^FeatureGateDisabled/m.test(said))
    return explained(found, {
      state: 'feature-gate-disabled',
      says: 'it asks for something that is switched off in its controller',
      fixes: [person('switch that feature gate on where the controller is patched, or do without, in git')],
    })
  if (/^InvalidCELExpression/m.test(said))
    return explained(found, {
      state: 'expression-invalid',
      says: 'an expression in its spec cannot be read: readyExpr, or one of healthCheckExprs',
      fixes: [person('correct it in git: it is tried again as soon as it changes')],
    })
  return undefined
}
