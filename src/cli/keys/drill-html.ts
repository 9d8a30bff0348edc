// A drill as one page for an auditor: no script, nothing from a network, everything that is not ours escaped.
import type { DrillReport, FileCount } from '../../actions/keys/drill-report.ts'
import type { FileProblem } from '../../actions/keys/sealed-survey.ts'
import { escapeHtml } from '../../sops/keys/html.ts'
import { drillVerdict } from './drill-verdict.ts'

const text = escapeHtml

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}code{font:.875rem ui-monospace,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid #ddd}
td ul{margin:0;padding-left:1.2rem}.passed{color:#0b6b2e}.failed{color:#b3261e}.unknown{color:#8a5300}@media print{body{margin:0}}`

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)

const row = (name: string, value: string): string => `<tr><th scope="row">${text(name)}</th><td>${value}</td></tr>`
const code = (value: string): string => `<code>${text(value)}</code>`
const list = (items: readonly string[]): string =>
  items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`

const count = ({ files, opened }: FileCount): string =>
  `<span class="${opened === files && files > 0 ? 'passed' : files === 0 ? 'unknown' : 'failed'}">${opened} of ${files} sealed files open</span>`

const problems = (found: readonly FileProblem[]): string => list(found.map(({ path, message }) => `${code(path)} ${text(message)}`))

function clusterPart({ cluster }: DrillReport): string {
  if (cluster === null) return '<h2>Cluster</h2><p class="unknown">Not asked.</p>'
  const secrets = cluster.secrets.map(
    (secret) => `<h2>Secret ${text(secret.id)}</h2><table>
${row('keys', list(secret.recipients.map(code)))}
${row('used by', text(secret.usedBy.join(', ')))}
${row('of what Flux applies', `${count(secret)}${problems(secret.problems)}`)}
${secret.applied.map((one) => row(one.revision, `${count(one)}${problems(one.problems)}`)).join('\n')}
${secret.notBackedUp.length > 0 ? row('not in this backup', `<span class="failed">${list(secret.notBackedUp.map(code))}</span>`) : ''}
${secret.elsewhere.length > 0 ? row('applies another source with it', text(secret.elsewhere.join(', '))) : ''}
${secret.unknown.length > 0 ? row('not known', `<span class="unknown">${list(secret.unknown.map(text))}</span>`) : ''}
</table>`,
  )
  return `<h2>Cluster</h2><table>${row('context', text(cluster.context))}${row('uid of kube-system', code(cluster.uid))}</table>
${list(cluster.unknown.map((why) => `<span class="unknown">${text(why)}</span>`))}${secrets.join('\n')}`
}

export function drillHtml(report: DrillReport & { readonly recorded: readonly string[] }): string {
  const { backup, repository, verdict, at } = report
  const edited = repository.uncommitted.length === 0 ? '' : row('not as committed, both opened', list(repository.uncommitted.map(code)))
  const modules = repository.submodules.length === 0 ? '' : row('submodules, not looked at', list(repository.submodules.map(code)))
  const withoutMac = repository.withoutMac.length === 0 ? '' : row('without a MAC', list(repository.withoutMac.map(code)))
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Drill of a key backup, ${text(at)}</title><style>${STYLE}</style></head><body>
<h1>Drill of a key backup</h1>
<p class="${verdict}"><strong>${text(capital(drillVerdict(report)))}</strong></p>
<table>
${row('when', text(at))}
${row('backup', text(backup.names.join(', ')))}
${row('taken', text(backup.taken ?? 'not told'))}
${row('keys in it', list(backup.recipients.map(code)))}
${backup.unknown === null ? '' : row('not known', `<span class="unknown">${text(backup.unknown)}</span>`)}
</table>
<h2>Repository</h2>
<table>
${row('commit', code(repository.head))}
${row('from the backup alone', `${count(repository)}, every MAC compared${problems(repository.problems)}`)}
${withoutMac}
${edited}
${modules}
</table>
${clusterPart(report)}
</body></html>
`
}
