// What was fetched is not signed by whom spec.verify names. source-controller 1.7.3 and 1.9.1: SourceVerified=False with VerificationError, InvalidCommitSignature,
// InvalidTagSignature, InvalidGitObject or InvalidVerificationMode; ChartVerificationError of a chart.
import { explained, never, person, type State } from './case.ts'

const PATTERN =
  /^(?:VerificationError|InvalidCommitSignature|InvalidTagSignature|InvalidGitObject|InvalidVerificationMode|ChartVerificationError)|no matching signatures were found|signature verification of (?:tag|commit)/m

export const signature: State = (found) => {
  if (!PATTERN.test(found.said)) return undefined
  return explained(found, {
    state: 'signature-invalid',
    says: 'what was fetched is not signed in the way that spec.verify asks for, and is not used',
    fixes: [
      person('find out who made it before anything else: somebody else may have'),
      person('if it is yours, sign it anew, or put the new public key into the Secret of spec.verify'),
      never('taking spec.verify out: whatever lies there is then applied'),
    ],
  })
}
