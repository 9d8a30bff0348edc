import { describe, expect, it } from 'vitest'
import type { RuleReport } from '../../../../src/audit/model.ts'
import { drawAudit } from '../../../../src/cli/keys/audit-draw.ts'
import { sarifOf } from '../../../../src/cli/keys/audit-sarif.ts'
import type { AuditReport } from '../../../../src/cli/keys/run-audit.ts'

const rule = (parts: Partial<RuleReport> = {}): RuleReport => ({
  id: 'some-rule',
  title: 'every thing is well',
  severity: 'error',
  status: 'holds',
  findings: [],
  unknown: [],
  skipped: null,
  reason: 'it matters',
  fix: 'do this',
  source: 'somewhere',
  ...parts,
})

const finding = (parts: Partial<RuleReport['findings'][number]> = {}): RuleReport['findings'][number] => ({
  rule: 'some-rule',
  severity: 'error',
  where: 'apps/a b.yaml:3',
  path: 'apps/a b.yaml',
  line: 3,
  what: 'is not well',
  fix: 'do this',
  ...parts,
})

const report = (rules: readonly RuleReport[], parts: Partial<AuditReport> = {}): AuditReport => ({
  repository: {
    root: '/repo',
    files: 9,
    sealed: 1,
    recipients: [{ recipient: 'age1x', shown: 'age1x "oncall"' }],
    others: ['pgp ABC'],
    rules: 2,
  },
  cluster: { context: 'admin@prod', unread: null },
  counts: { error: 0, warning: 0, info: 0, unknown: 0, skipped: 0, holds: rules.length },
  failed: false,
  rules,
  ...parts,
})

describe('an audit, drawn', () => {
  it('is two lines and a verdict where all is well', () => {
    expect(drawAudit(report([rule(), rule()]))).toBe(
      'repo     /repo: 9 files, 1 sealed to age1x "oncall", pgp ABC; 2 creation rules\ncluster  admin@prod\n\n✔ 2 of 2 rules hold\n',
    )
  })

  it('has each place with what is wrong there, why it matters once, and what to type', () => {
    const found = rule({
      status: 'found',
      findings: [finding(), finding({ where: 'Secret a/b', path: null, line: null, what: 'is bad', fix: 'do that' })],
    })

    const drawn = drawAudit(report([found], { failed: true, counts: { error: 2, warning: 0, info: 0, unknown: 0, skipped: 0, holds: 0 } }))

    expect(drawn.split('\n').slice(2)).toEqual([
      '',
      '✗ some-rule   2 places where this does not hold: every thing is well',
      '    apps/a b.yaml:3  is not well',
      '    Secret a/b       is bad',
      '                     → do that',
      '  why  it matters',
      '  → do this',
      '  → runbooks/audit-keys/README.md#some-rule',
      '',
      '✗ 2 errors, 0 of 1 rule hold',
      '',
    ])
  })

  it('tells what could not be known and what was not asked, and never as well', () => {
    const unknown = rule({
      id: 'a',
      status: 'unknown',
      unknown: [
        { where: 'x.yaml', cause: 'it cannot be read' },
        { where: null, cause: 'gone' },
      ],
    })
    const skipped = rule({ id: 'b', status: 'skipped', skipped: 'no cluster was asked' })

    const drawn = drawAudit(
      report([unknown, skipped], {
        failed: true,
        cluster: null,
        counts: { error: 0, warning: 0, info: 0, unknown: 1, skipped: 1, holds: 0 },
      }),
    )

    expect(drawn).toContain('? a   could not be known: every thing is well\n    ? x.yaml  it cannot be read\n    ? gone\n')
    expect(drawn).toContain('not asked\n    b  no cluster was asked\n')
    expect(drawn).toContain('✗ 1 rule not known, 0 of 2 rules hold, 1 not asked')
  })

  it('draws nothing raw of what a repository or a cluster said', () => {
    const evil = '\u001b[2Jevil'
    const found = rule({
      status: 'found',
      findings: [finding({ where: evil, what: evil, fix: evil })],
      unknown: [{ where: evil, cause: evil }],
    })

    expect(
      drawAudit(report([found, rule({ status: 'skipped', skipped: evil })], { cluster: { context: evil, unread: evil } })),
    ).not.toContain('\u001b')
  })

  it('says how many more there are', () => {
    const found = rule({ status: 'found', findings: Array.from({ length: 40 }, () => finding()) })

    expect(drawAudit(report([found]))).toContain('… and 28 more: --json has all')
  })
})

describe('an audit in SARIF', () => {
  const sarif = sarifOf(
    [
      rule({
        status: 'found',
        findings: [
          finding(),
          finding({ severity: 'info', line: null }),
          finding({ where: 'Secret a/b', path: null, line: null, severity: 'warning' }),
        ],
        unknown: [{ where: 'x.yaml', cause: 'gone' }],
      }),
    ],
    '1.2.3',
  ) as { version: string; runs: { results: object[]; tool: object; invocations: object[] }[] }
  const run = sarif.runs[0]

  it('has a rule for each of ours, and a result for each place', () => {
    expect(sarif.version).toBe('2.1.0')
    expect(run?.tool).toMatchObject({
      driver: { name: 'flux-ops', version: '1.2.3', rules: [{ id: 'some-rule', defaultConfiguration: { level: 'error' } }] },
    })
    expect(run?.results).toMatchObject([
      {
        ruleId: 'some-rule',
        ruleIndex: 0,
        level: 'error',
        message: { text: 'is not well. do this' },
        locations: [
          { physicalLocation: { artifactLocation: { uri: 'apps/a%20b.yaml', uriBaseId: '%SRCROOT%' }, region: { startLine: 3 } } },
        ],
      },
      { level: 'note', locations: [{ physicalLocation: { region: { startLine: 1 } } }] },
      { level: 'warning', locations: [{ logicalLocations: [{ fullyQualifiedName: 'Secret a/b' }] }] },
    ])
  })

  it('tells what could not be known as a notification, as it is no result', () => {
    expect(run?.invocations).toMatchObject([
      {
        executionSuccessful: true,
        toolExecutionNotifications: [{ associatedRule: { id: 'some-rule' }, message: { text: 'could not be known: x.yaml: gone' } }],
      },
    ])
  })
})
