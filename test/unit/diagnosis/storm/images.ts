// Policies of images and the commits that are made of them, as image-reflector-controller and image-automation-controller 1.0.3 say it.
import { elsewhere, having, says, stalls, strange, type Way } from './way.ts'

const git = (state: string, message: string): Way => says(state, 'GitOperationFailed', message)

export const images: Readonly<Record<string, readonly Way[]>> = {
  ImagePolicy: [
    says('image-policy-no-tag', 'Failure', 'unable to determine latest version from provided list'),
    says('image-policy-no-tag', 'Failure', 'version list argument cannot be empty'),
    stalls('image-policy-spec', 'InvalidPolicy', 'invalid policy: failed to parse range: improper constraint: x'),
    stalls('image-policy-spec', 'IntervalNotConfigured', 'spec.interval must be set when digestReflectionPolicy is Always'),
    having(
      (of) => ({ imageRepositoryRef: { name: 'alone', namespace: elsewhere(of) } }),
      stalls('access-denied', 'AccessDenied', "'team-0/alone' can't be accessed due to ACL labels mismatch on namespace 'team-1'"),
    ),
    ...strange,
  ],
  ImageUpdateAutomation: [
    stalls('image-template', 'RemovedTemplateField', "template uses removed '.Updated' field"),
    stalls('image-update-spec', 'InvalidUpdateStrategy', 'unknown update strategy: Letters'),
    stalls('image-update-spec', 'InvalidPolicySelector', 'failed to parse policy selector: "x" is not a valid label selector operator'),
    stalls('image-update-spec', 'InvalidSourceConfiguration', "source kind 'Bucket' not supported"),
    git('image-push-rejected', 'failed to update source: command error on refs/heads/main: protected branch'),
    git('git-credentials', 'failed to update source: authentication required'),
    ...strange,
  ],
}
