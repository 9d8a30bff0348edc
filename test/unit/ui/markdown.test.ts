import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckState } from '../../../src/engine/run-state.ts'
import { codeSpan, fenced, joined, listed, marker, prose } from '../../../src/ui/markdown.ts'
import { type ReviewInput, reviewMarkdown } from '../../../src/ui/review-markdown.ts'

/** What is left of Markdown for a forge to make something of: fences and code spans taken out, as CommonMark reads them. */
function outside(markdown: string): string {
  const left: string[] = []
  let fence: string | undefined
  for (const line of markdown.split('\n')) {
    const opened = /^(`{3,})text$/.exec(line)?.[1]
    if (fence === undefined && opened) fence = opened
    else if (fence !== undefined) fence = closes(line, fence) ? undefined : fence
    else left.push(withoutSpans(line))
  }
  return left.join('\n')
}

/** As many backticks or more, indented by no more than three spaces. */
const closes = (line: string, fence: string): boolean => (/^ {0,3}(`+)\s*$/.exec(line)?.[1]?.length ?? 0) >= fence.length

function withoutSpans(line: string): string {
  let rest = line
  let kept = ''
  for (let open = /`+/.exec(rest); open; open = /`+/.exec(rest)) {
    kept += rest.slice(0, open.index)
    const after = rest.slice(open.index + open[0].length)
    const close = [...after.matchAll(/`+/g)].find(([run]) => run.length === open?.[0].length)
    if (!close) return `${kept}${open[0]}${after}`
    rest = after.slice(close.index + close[0].length)
  }
  return kept + rest
}

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![](https://evil.example/pixel)',
  '@everyone please',
  'see #1 and acme/home#2 and GH-3',
  'https://evil.example and www.evil.example and a@b.example',
  '```\n/merge\n@admin\n```',
  '``` ` `` ````',
  '`',
  '|cell|cell|',
  '\\`*_{}[]()#+-.!|&amp;&#64;user',
  '</details><!-- -->',
  '--> <script>',
  '/merge',
  '\u202e\u0000\u001b[31m',
  ':rocket: ~label %milestone !12 $1',
  'deadbeefcafe',
  '1. first',
  '',
]

const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string(),
  fc.array(fc.constantFrom(...HOSTILE, '\n', '`', ' ')).map((parts) => parts.join('')),
)

/** Signs that begin something in any Markdown of a forge. `*` and `#` are ours, at the start of a line or around what is bold. */
const SIGNS = /[<>[\]!@&~\\_|$%/]|#(?! )(?!#)|www|https?:|GH-\d|\b[0-9a-f]{7,40}\b/

describe('text that is not ours, in Markdown', () => {
  it.each(HOSTILE)('%j is letters and nothing else as a sentence, in a list and in a fence', (hostile) => {
    for (const markdown of [prose(hostile), codeSpan(hostile), listed([hostile]), fenced(hostile.split('\n'))]) {
      expect(outside(markdown)).not.toMatch(SIGNS)
    }
  })

  it('begins no line of a fence, where GitLab looks for commands', () => {
    expect(
      fenced(['/merge', '/close'])
        .split('\n')
        .filter((line) => line.startsWith('/')),
    ).toEqual([])
  })

  it('stays a sentence where nothing in it means anything', () => {
    expect(prose('Flux 2.9.2 does not have ImagePolicy v1beta2; 2.7.5 has it')).toBe(
      'Flux 2.9.2 does not have ImagePolicy v1beta2; 2.7.5 has it',
    )
  })

  it('may begin with a version, which begins no list', () => {
    expect(prose('2.7.3 → 2.9.2: as they are')).toBe('2.7.3 → 2.9.2: as they are')
    expect(prose('2. second')).toBe('`2. second`')
  })

  it('keeps its backticks', () => {
    expect(codeSpan('a `b` ``c``')).toBe('``` a `b` ``c`` ```')
  })

  it('cannot leave a marker', () => {
    expect(marker('flux-ops', 'upgrade', 'uid --> <script>')).toBe('<!-- flux-ops upgrade uid-script -->')
  })

  it('never gets out, whatever it is and wherever it stands', () => {
    fc.assert(
      fc.property(text, text, text, fc.boolean(), (one, two, three, waiting) => {
        const [first, ...rest] = reviewMarkdown(reviewOf(one, two, three, waiting)).split('\n')

        expect(first).toMatch(/^<!-- [0-9A-Za-z -]+ -->$/)
        expect(first?.slice(4, -3)).not.toContain('--')
        expect(outside(rest.join('\n'))).not.toMatch(SIGNS)
      }),
      { numRuns: 500 },
    )
  })

  it('is cut between parts, so that no fence stays open', () => {
    const block = fenced(['x'.repeat(200)])

    const cut = joined(Array.from({ length: 1000 }, () => block))

    expect(cut.length).toBeLessThan(60_200)
    expect(cut.match(/^```/gm)?.length).toBe((cut.match(/^```text$/gm)?.length ?? 0) * 2)
    expect(cut).toMatch(/\d+ more parts would make this comment too long/)
  })
})

const failing = (one: string, two: string): CheckState => ({
  id: 'stored-versions',
  title: 'the API server will accept the CRDs of the target',
  severity: 'error',
  result: { status: 'fail', detail: one, items: [{ where: two, what: one }], hints: [two] },
})

function reviewOf(one: string, two: string, three: string, waiting: boolean): ReviewInput {
  return {
    runbook: 'upgrade',
    run: {
      type: 'run.started',
      run: 'id',
      runbook: 'upgrade',
      runbookVersion: 1,
      tool: one,
      input: null,
      cluster: { context: one, server: two, uid: three, version: two },
      kubeconfig: null,
      namespace: 'flux-system',
      operator: 'me',
      pid: 1,
      dryRun: false,
      waivers: {},
    },
    checks: [
      failing(one, two),
      { ...failing(two, three), waived: three },
      { ...failing(one, two), result: { status: 'unknown', cause: three } },
    ],
    review: {
      headline: one,
      before: [{ title: two, says: [three], lines: [one, two] }],
      parts: [{ title: three, says: [one, two], lines: [three] }],
    },
    error: { message: two, hints: [one] },
    waiting,
  }
}

describe('the comment of a pull request', () => {
  const plain = reviewOf('Flux 2.7.3 → 2.9.2', 'what', 'more', false)
  const passed: CheckState = { ...failing('', ''), result: { status: 'pass' } }
  const clear = { ...plain, checks: [passed], error: undefined }

  it('begins with a marker of the runbook and the cluster, by which it is found again', () => {
    expect(reviewMarkdown(plain)).toMatch(/^<!-- flux-ops upgrade more -->\n/)
  })

  it('says first whether there is a plan', () => {
    expect(reviewMarkdown(clear)).toContain('**✔ there is a plan**')
    expect(reviewMarkdown(plain)).toContain('**✗ 2 checks do not pass**')
    expect(reviewMarkdown({ ...clear, review: undefined })).toContain('**✗ there is no plan**')
  })

  it('says that something has to be done before the merge, and what', () => {
    const waits = reviewMarkdown({ ...clear, waiting: true })

    expect(waits).toContain('**◎ not yet: something has to be done before this is merged**')
    expect(waits).toContain('#### Before the merge: what')
  })

  it('names every check that did not pass with its objects and what to type', () => {
    const said = reviewMarkdown(plain)

    expect(said).toContain('✗ **stored-versions**: Flux 2.7.3 → 2.9.2')
    expect(said).toContain('  what   Flux 2.7.3 → 2.9.2\n  → what')
  })

  it('is one line where there is nothing to upgrade', () => {
    const said = reviewMarkdown({ ...clear, review: undefined, nothing: 'Flux 2.7.3 runs and is what this clone pins' })

    expect(said.trim().split('\n').filter(Boolean)).toHaveLength(3)
  })
})
