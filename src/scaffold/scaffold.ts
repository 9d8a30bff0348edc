// The files that a repository lacks of the layout that a cluster file asks for. A function of what it is given: the runbook reads, seals and writes.
import type { ClusterFile } from '../cluster-file/schema.ts'
import { layWorkflow } from './ci.ts'
import { layLayers } from './layers.ts'
import type { Known, Repository, Scaffold } from './model.ts'
import { asksForPodMonitor } from './monitors.ts'
import { layOci } from './oci.ts'
import { layOverlays, overlayOf } from './overlays.ts'
import { join } from './places.ts'
import { type Plot, plotOf } from './plot.ts'
import { laySealingRules } from './sealing-rules.ts'
import { adviseDecryption, adviseTwins } from './standing-advice.ts'
import { SECRETS } from './variables.ts'

function lay(plot: Plot): void {
  const { places, file } = plot
  if (file.layout.kind === 'overlays') {
    layOverlays(plot)
    const { overlay } = overlayOf(plot)
    laySealingRules(plot, overlay, join(overlay, 'services/example/secret.sops.yaml'))
    return
  }
  if (file.layout.kind === 'oci') layOci(plot)
  else layLayers(plot)
  laySealingRules(plot, places.root, join(places.flux, `vars/${SECRETS}.sops.yaml`))
}

function adviseUseless({ draft, file }: Plot): void {
  const { kind, substitutionOptOut } = file.layout
  if (kind === 'overlays' && substitutionOptOut)
    draft.advise('layout.substitutionOptOut changes nothing with kind overlays, where nothing is substituted')
  if (kind !== 'layers' && asksForPodMonitor(file.flux))
    draft.advise(`flux.settings.monitors: layout ${kind} has no place for a PodMonitor; add one where your monitoring is`)
}

/**
 * What is missing of the layout, sorted by path: nothing that is there is written over, and what stays as it is and lacks something is told as
 * advice. Asked again of a repository that has these files it gives none. With layout `none` only the workflow is laid out.
 *
 * Before the key is made any recipient of age gives the same list of files: only the text of `.sops.yaml` holds it. Files with `seal` are in clear
 * here, with examples for values.
 */
export function scaffold(file: ClusterFile, there: Repository, keys: Known): Scaffold {
  const plot = plotOf(file, there, keys)
  if (file.layout.kind !== 'none') lay(plot)
  layWorkflow(plot)
  adviseDecryption(plot)
  adviseTwins(plot)
  adviseUseless(plot)
  return plot.draft.done()
}
