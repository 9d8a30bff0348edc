import { describe, expect, test } from 'vitest'
import type { Fix } from '../../../../src/diagnosis/finding.ts'
import { pictureOf } from '../../../../src/diagnosis/picture.ts'
import { pictureHtml } from '../../../../src/ui/picture/html.ts'
import type { OwnCommand } from '../../../../src/ui/picture/html-causes.ts'
import { markup, sourceHash } from '../../../../src/ui/picture/markup.ts'
import { columns, shown, shownName, wrapped } from '../../../../src/ui/picture/shown.ts'
import { numbers, ringWords } from '../../../../src/ui/picture/words.ts'
import { CLUSTERS, type ClusterName, diagnosisOf, htmlOf, ROOM, svgOf } from './clusters.ts'

describe('markup', () => {
  test('takes every value for text, in lists too, unless it is markup itself', () => {
    const inner = markup`<b>${'<i>'}</b>`

    expect(markup`<p title="${'"><'}">${['a&b', inner, 3]}</p>`.text).toBe('<p title="&quot;&gt;&lt;">a&amp;b<b>&lt;i&gt;</b>3</p>')
  })
})

describe('text in its room', () => {
  test.each([
    ['short', 10, 'short'],
    ['a\n\tb', 10, 'a b'],
    ['0123456789', 5, '0123…'],
    ['漢字漢字', 5, '漢字…'],
    ['a\u0000b', 10, 'a␀b'],
    [`e${'\u0301'.repeat(90)}`, 40, 'e\u0301\u0301'],
    ['\uffff', 10, '\ufffd'],
  ])('%j in %i columns is %j', (text, widest, expected) => {
    expect(shown(text, widest)).toBe(expected)
  })

  test('a name keeps its beginning and its end', () => {
    expect(shownName('flux-system/a-long-name-of-something-that-ends-in-prod', 24)).toBe('flux-system…ends-in-prod')
  })

  test('words go to the next line, a word that is too long is cut, and the last line says that more was there', () => {
    expect(wrapped('one two three four five', 9, 2)).toEqual(['one two', 'three fo…'])
    expect(wrapped('0123456789', 4, 3)).toEqual(['0123', '4567', '89'])
    expect(wrapped('x'.repeat(2 ** 20), 30, 3).map(columns)).toEqual([30, 30, 30])
  })

  test.each([
    [[1], '1'],
    [[1, 2], '1 and 2'],
    [[1, 2, 3, 4], '1 to 4'],
    [[1, 4, 5, 6], '1 and 4 to 6'],
    [[1, 3, 5, 7, 9, 11], '1, 3, 5 and 3 more'],
  ])('the numbers %j are told as %s', (all, expected) => {
    expect(numbers(all)).toBe(expected)
  })

  test('a circle is told with no more of the names than differs', () => {
    expect(ringWords(['Kustomization a/x', 'Kustomization a/y'])).toBe('x → y → x')
    expect(ringWords(['Kustomization a/x', 'Kustomization b/y'])).toBe('a/x → b/y → a/x')
    expect(ringWords(Array.from({ length: 300 }, (_, at) => `HelmRelease a/${at}`))).toBe('0 → 1 → 2 → 3 → 4 → 5 → 294 more → 0')
  })
})

describe('files', () => {
  test.each(Object.keys(CLUSTERS) as ClusterName[])('of %s have the same bytes every time', (name) => {
    expect(htmlOf(name)).toBe(htmlOf(name))
    expect(svgOf(name)).toBe(svgOf(name))
  })

  test('let a browser run nothing but the one script and the one style in them', () => {
    const page = htmlOf('hostile')
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? []
    const [, script = ''] = /<script>([\s\S]*?)<\/script>\n<\/body>/.exec(page) ?? []
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []

    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src ${sourceHash(style)}; script-src ${sourceHash(script)}; base-uri 'none'; form-action 'none'`,
    )
  })

  test('are bounded, whatever a cluster says', () => {
    expect(htmlOf('hostile').length).toBeLessThan(200_000)
    expect(svgOf('hostile').length).toBeLessThan(50_000)
  })

  test('tell what flux-ops does itself, and say so where it can harm', () => {
    const ownCommand = ({ rank }: Fix, name: string): OwnCommand => ({ command: `do ${name}`, isHarm: rank === 'person' })

    const page = pictureHtml(pictureOf(diagnosisOf('chain'), ROOM), { headline: 'prod-eu', ownCommand })

    expect(page).toContain(
      '<p class="soft">If it has to be:</p><pre><code>do Kustomization flux-system/k0</code></pre><pre><code>flux build',
    )
    expect(page).toMatch(/Safe:<\/span> [^<]+<pre><code>do Kustomization flux-system\/k0<\/code><\/pre>/)
  })

  test('list every object that waits', () => {
    const diagnosis = diagnosisOf('chain')
    const one = diagnosis.waits[0]?.object ?? ''

    const page = pictureHtml(pictureOf(diagnosis, ROOM), { headline: 'prod-eu' })

    expect(page).toContain(one)
    expect(page.match(/<li data-o/g)).toHaveLength(200)
  })
})
