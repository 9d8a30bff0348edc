// The operator's install manifests, as its module has them: applied as they are, or as a small chart of the shape of flux-operator.
import { join } from 'node:path'
import type { SandboxContext } from '../../contract.ts'
import { packChart } from './chart.ts'
import type { Blob } from './oci-client.ts'

/** CRDs, RBAC, account, Deployment and Service; with the namespace. `module`: folder of the operator's module. */
export const operatorInstall = async (ctx: Pick<SandboxContext, 'run'>, module: string): Promise<string> =>
  (await ctx.run('kubectl', ['kustomize', join(module, 'config', 'default')])).stdout

/** Braces in the descriptions of the CRDs are no templates. */
const asTemplate = (text: string): string => text.replaceAll('{{', '{{ "{{" }}')

export async function operatorChart(
  ctx: Pick<SandboxContext, 'run' | 'paths'>,
  module: string,
  version: string,
): Promise<{ config: Blob; layer: Blob }> {
  const documents = (await operatorInstall(ctx, module)).split(/^---$/m).filter((text) => !/^kind: Namespace$/m.test(text))
  const description = 'The Flux Operator'
  const metadata = {
    apiVersion: 'v2',
    name: 'flux-operator',
    version,
    appVersion: `v${version}`,
    description,
    type: 'application',
  } as const
  return await packChart(ctx.paths.tmp, metadata, {
    'values.yaml': 'serviceMonitor:\n  create: false\n',
    'templates/install.yaml': documents.map(asTemplate).join('---'),
  })
}
