// Sheets for the tests: a sealed backup and a share of one cluster, and what people get who copy them.
import { Secret } from '../../../../src/ports/secret.ts'
import { bundleKeys, bundleText, type KeyBundle } from '../../../../src/sops/keys/bundle.ts'
import { textOfHtml } from '../../../../src/sops/keys/html.ts'
import { fileRecord, type Manifest, manifestKeys, type SealedBy } from '../../../../src/sops/keys/manifest.ts'
import { readSheet, type SheetContent } from '../../../../src/sops/keys/read-sheet.ts'
import { readRecipients } from '../../../../src/sops/keys/recipients.ts'
import { planSeal, sealNatively } from '../../../../src/sops/keys/seal.ts'
import { splitIntoShares } from '../../../../src/sops/keys/shares.ts'
import { sheetPage } from '../../../../src/sops/keys/sheet.ts'
import { failure, hybrid, identity, x25519 } from './fixtures.ts'

export const [key, office] = [await identity(await x25519()), await identity(await x25519())]
export const quantum = await identity(await hybrid())
export const bundle: KeyBundle = {
  cluster: { name: 'prod-eu', uid: '7b1c2f0a-8f8e-4d8a-9a52-0d6ad7f1d2c3' },
  taken: '2026-11-21T03:12:00Z',
  sets: [{ source: { kind: 'secret', namespace: 'flux-system', name: 'sops-age', entry: 'age.agekey' }, identities: [key] }],
}
export const text = bundleText(bundle)
export const armorTo = async (recipient: string | undefined) =>
  await sealNatively(text, planSeal(await readRecipients([recipient ?? '']), bundleKeys(bundle)))
export const armor = await armorTo(office.recipient)
export const labels = { cluster: 'prod-eu', keys: [key.recipient ?? ''] }
export const shares = await splitIntoShares(text, { count: 3, threshold: 2, taken: '2026-11-21T03:12:00Z', labels })

export const sealedTo: SealedBy = { how: 'recipients', to: [{ recipient: office.recipient ?? '', kind: 'x25519', name: 'office safe' }] }
export const manifest = (sealed: SealedBy, changes: Partial<Manifest> = {}): Manifest => ({
  format: 'flux-ops-keys/1',
  created: '2026-11-21T03:12:00Z',
  fluxOps: '0.1.0',
  cluster: { name: 'prod-eu', uid: '7b1c2f0a-8f8e-4d8a-9a52-0d6ad7f1d2c3' },
  keys: manifestKeys(bundleKeys(bundle)),
  sealed,
  files: [fileRecord('backup.age', armor)],
  proof: { opened: 41, files: 41, commit: '41d2c0e', at: '2026-11-21T03:12:05Z' },
  ...changes,
})
export const page = async (sealed: SealedBy, content: SheetContent, changes: Partial<Manifest> = {}) =>
  (await sheetPage({ manifest: manifest(sealed, changes), content })).reveal()

export const sealedPage = await page(sealedTo, { kind: 'sealed', text: armor })
export const byShares: SealedBy = { how: 'shares', set: 'x', count: 3, threshold: 2 }
export const share = shares[0] as Secret
export const sharePage = await page(byShares, { kind: 'share', text: share })

export const read = (html: string) => readSheet(new Secret(html), 'sheet.html')
export const reading = (html: string) => failure(Promise.resolve().then(() => read(html)))
/** What a person gets who copies the whole page, from a PDF or with a scanner: numbers and checks included. */
export const printed = (html: string) => textOfHtml(html.slice(html.indexOf('<body>')).replace(/<svg.*?<\/svg>/gs, ''))
/** What a browser copies: what may not be selected is not there. */
export const copied = (html: string) => printed(html.replace(/<i>.*?<\/i>/g, ''))
