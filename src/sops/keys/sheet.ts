// A sheet: one page to print and put in a safe. It needs no network, runs no script and says by itself how its keys are recovered. Its text is
// in numbered lines with a check each; copied from the page, a sealed text comes without both, ready for age.
import { OpsError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import { shortRecipient } from './bundle.ts'
import { checkedLines, grouped, MOST_LINES, numberText } from './checked-lines.ts'
import { escapeHtml } from './html.ts'
import type { Manifest } from './manifest.ts'
import { type SheetContent, TEXT_ID } from './read-sheet.ts'
import { compactShare, type Share, verifyShare } from './share-text.ts'
import { codeImages, codeTexts } from './sheet-codes.ts'
import { flagSteps, plainSteps, SHARE_RECIPE, type Step } from './sheet-steps.ts'
import { SHEET_STYLE } from './sheet-style.ts'
import { sourceName } from './sources.ts'

export interface SheetInput {
  readonly manifest: Manifest
  readonly content: SheetContent
}

const row = (name: string, values: readonly string[]): string =>
  values.length === 0 ? '' : `<tr><th>${escapeHtml(name)}</th><td>${values.map((value) => escapeHtml(value)).join('<br>')}</td></tr>`

const named = (recipient: string, name: string | undefined): string => (name === undefined ? recipient : `${recipient} (${name})`)

function sealedRow({ sealed }: Manifest): string {
  if (sealed.how === 'passphrase') return row('Opens with', ['the passphrase it was sealed to; it is not on this page'])
  if (sealed.how === 'shares') return row('Opens with', [`any ${sealed.threshold} of its ${sealed.count} shares`])
  return row('Opens with', [
    'the private key of one of:',
    ...sealed.to.map(({ recipient, name }) => named(shortRecipient(recipient), name)),
  ])
}

function table(manifest: Manifest, share: Share | undefined): string {
  const { cluster, created, fluxOps, keys, files, proof } = manifest
  const rows = [
    row('Cluster', cluster === undefined ? [] : [cluster.uid === undefined ? cluster.name : `${cluster.name} (uid ${cluster.uid})`]),
    row('Taken', [`${created}, by flux-ops ${fluxOps}`]),
    share === undefined ? '' : row('Share', [`${share.index} of ${share.count}, set ${grouped(share.set)}`]),
    sealedRow(manifest),
    ...keys.map(({ recipient, kind, sources }) =>
      row('Key', [recipient === undefined ? `of a plugin (${kind})` : shortRecipient(recipient), ...sources.map(sourceName)]),
    ),
    row(
      'Proof',
      proof === undefined ? [] : [`opened ${proof.opened} of ${proof.files} encrypted files at commit ${proof.commit}, ${proof.at}`],
    ),
    ...files.map(({ name, sha256 }) => row('File', [name, `sha256 ${sha256}`])),
  ]
  return `<table>${rows.join('')}</table>`
}

const about = (share: Share | undefined): string =>
  share === undefined
    ? 'Flux decrypts the Secrets of this cluster with the keys that are sealed below. If the cluster is lost, this page and what opens it bring them back.'
    : `Flux decrypts the Secrets of this cluster with keys that were split into ${share.count} shares. This page is one of them. Alone it opens nothing; any ${share.threshold} together open everything: keep them in different places.`

const stepList = (steps: readonly Step[]): string =>
  `<ol>${steps.map(({ text, command }) => `<li>${escapeHtml(text)}${command === undefined ? '' : `<code>${escapeHtml(command)}</code>`}</li>`).join('')}</ol>`

function recovery(manifest: Manifest, codes: number): string {
  const plain = plainSteps(manifest, codes)
  const recipe = `<p>Only flux-ops puts shares together. What they are made of, for a day without it:</p>${SHARE_RECIPE.map((each) => `<p class="fine">${escapeHtml(each)}</p>`).join('')}`
  return [
    '<h2>Recover with flux-ops</h2>',
    stepList(flagSteps(manifest)),
    '<h2>Recover without it</h2>',
    plain.length === 0 ? recipe : stepList(plain),
  ].join('\n')
}

/** Numbers and checks are not selected with the text, so that what is copied is the file. */
function sealedLines(text: string): string {
  const lines = text.trim().split('\n')
  const data = lines.slice(1, -1)
  if (data.length > MOST_LINES)
    throw new OpsError({
      code: 'sheet-too-large',
      message: `this backup has ${data.length} lines: more than anybody types or scans`,
      hints: ['keep its file instead', 'a sheet holds some hundred keys'],
    })
  const checked = checkedLines(data).map(
    ({ number, data: line, check }) => `<i>${numberText(number)} </i>${escapeHtml(line)}<i>  ${check}</i>`,
  )
  return [escapeHtml(lines[0] ?? ''), ...checked, escapeHtml(lines.at(-1) ?? '')].join('\n')
}

const codeFigures = (images: readonly string[]): string =>
  images.map((svg, at) => `<figure>${svg}<figcaption>Code ${at + 1} of ${images.length}</figcaption></figure>`).join('\n')

/** The page. It holds a whole share where the content is one, hence a Secret. Throws OpsError `sheet-too-large`. */
export async function sheetPage({ manifest, content }: SheetInput): Promise<Secret> {
  const share = content.kind === 'share' ? verifyShare(content.text, 'the share') : undefined
  const codes = codeTexts(content.kind === 'share' ? compactShare(content.text).reveal() : content.text.trim())
  const images = await codeImages(codes ?? [])
  const title = share === undefined ? 'Backup of age keys' : `Share ${share.index} of ${share.count} of a backup of age keys`
  const cluster = manifest.cluster?.name ?? 'no cluster'
  const text = content.kind === 'share' ? escapeHtml(content.text.reveal().trim()) : sealedLines(content.text)
  return new Secret(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(`${title}: ${cluster}, ${manifest.created.slice(0, 10)}`)}</title>
<style>${SHEET_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(about(share))}</p>
${table(manifest, share)}
${recovery(manifest, images.length)}
<h2>The text</h2>
<pre id="${TEXT_ID}">${text}
</pre>
<h2>As codes</h2>
${images.length === 0 ? '<p>The text is too long for codes.</p>' : codeFigures(images)}
</body>
</html>
`)
}
