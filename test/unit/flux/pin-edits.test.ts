import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { applyPin, findPins, type Pin } from '../../../src/flux/pins.ts'

const one = (path: string, text: string): Pin => {
  const [pin, ...rest] = findPins([{ path, text }])
  if (!pin || rest.length > 0) throw new Error(`expected one pin, got ${JSON.stringify([pin, ...rest])}`)
  return pin
}

describe('an edit of a pin', () => {
  const comment = fc.constantFrom('', '  # keep me', ' # v2.7.3', '\t# tab')
  const quote = fc.constantFrom('', "'", '"')
  const noise = fc.constantFrom(
    'a: 1',
    'b: &x {c: [1, 2]}',
    '# note: v2.7.3 é 🙂',
    'text: |\n  v2.7.3\n  tag: v2.7.3',
    "q: 'it''s'",
    'e: "\\u00e9"',
  )
  const version = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((parts) => parts.join('.'))

  it('changes the version and no other byte, and no other value', () => {
    const file = fc.record({
      before: fc.uniqueArray(noise),
      after: fc.uniqueArray(noise),
      comment,
      quote,
      crlf: fc.boolean(),
      last: fc.boolean(),
      bom: fc.boolean(),
      from: version,
      to: version,
      two: fc.boolean(),
    })

    fc.assert(
      fc.property(file, (parts) => {
        const entry = `github.com/fluxcd/flux2/manifests/install?ref=v${parts.from}`
        const list = `resources:\n  - ${parts.quote}${entry}${parts.quote}${parts.comment}\n  - ./other`
        const lines = [...parts.before, list, ...parts.after.filter((each) => !parts.before.includes(each))].join('\n')
        const plain = `${parts.bom ? '\ufeff' : ''}${parts.two ? 'first: document\n---\n' : ''}${lines}${parts.last ? '\n' : ''}`
        const text = parts.crlf ? plain.replaceAll('\n', '\r\n') : plain

        const changed = applyPin(text, one('kustomization.yaml', text), parts.to)

        expect(changed).toBe(text.replace(`?ref=v${parts.from}`, `?ref=v${parts.to}`))
        const values = (yaml: string): string => JSON.stringify(parseAllDocuments(yaml).map((document) => document.toJS()))
        expect(values(changed)).toBe(values(text).replace(`?ref=v${parts.from}`, `?ref=v${parts.to}`))
        expect(one('kustomization.yaml', changed).version).toBe(parts.to)
      }),
      { numRuns: 300 },
    )
  })

  it('never throws anything but an error of ours on text of any shape', () => {
    const piece = fc.constantFrom(
      'resources:',
      '- ',
      '  ',
      '\n',
      'github.com/fluxcd/flux2/manifests/install?ref=v2.7.3',
      'kind: OCIRepository',
      'spec:',
      'url: oci://x/flux-manifests',
      'ref:',
      'tag: v2.7.3',
      '&a ',
      '*a',
      '---\n',
      '"',
      "'",
      '|\n',
      '{',
      '}',
      '[',
      ']',
      ': ',
      '# ',
      '<<: ',
      '\t',
      '\r\n',
      '? ',
      '! ',
      '%YAML 1.1\n',
    )

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          for (const pin of findPins([{ path: 'x.yaml', text: pieces.join('') }])) expect(pin.line).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'OpsError' })
        }
      }),
      { numRuns: 2000 },
    )
  })
})
