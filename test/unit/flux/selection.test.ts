// Words of a person that choose objects and spans of time.
import { describe, expect, test } from 'vitest'
import { parseSelector } from '../../../src/flux/label-selector.ts'
import { switchOf } from '../../../src/flux/suspendable.ts'
import { parseMoment, parseSpan, spanText } from '../../../src/flux/time-spans.ts'
import { flux } from './objects.ts'

const HOUR = 3_600_000
const NOW = new Date('2026-11-22T03:00:00Z')

describe('label selectors', () => {
  test.each([
    ['app=web', true],
    ['app==web', true],
    ['app!=web', false],
    ['tier!=db', true],
    ['app=web,env=prod', true],
    ['app=web,env=stage', false],
    ['env in (prod, stage)', true],
    ['env in (stage)', false],
    ['env notin (stage)', true],
    ['tier notin (db)', true],
    ['tier in (db)', false],
    ['app', true],
    ['!app', false],
    ['!tier', true],
    ['constructor', false],
    ['app=', false],
    ['team.example.org/name=a', true],
  ])('%s', (selector, fits) => {
    expect(parseSelector(selector)({ app: 'web', env: 'prod', 'team.example.org/name': 'a' })).toBe(fits)
  })

  test.each(['', 'app=web,', 'app=we b', 'app in', 'app in (a', '=web', 'app~web', 'app>3', '(', 'a=b;c'])('%j', (selector) => {
    expect(() => parseSelector(selector)).toThrow('is no part of a label selector')
  })
})

describe('spans and moments', () => {
  test.each([
    ['30m', HOUR / 2],
    ['4h', 4 * HOUR],
    ['2d', 48 * HOUR],
    ['1w', 168 * HOUR],
    ['1d12h', 36 * HOUR],
  ])('%s', (text, ms) => {
    expect(parseSpan(text)).toBe(ms)
  })

  test.each(['', '4', 'h', '4 h', '-4h', '4H', '0h', '400d', '1y', '4.5h', '99999999999h'])('%j is no span', (text) => {
    expect(() => parseSpan(text)).toThrow('is no span of time')
  })

  test('a moment is kept in UTC', () => {
    expect(parseMoment('2026-11-23T08:00:00+02:00', NOW)).toBe('2026-11-23T06:00:00Z')
  })

  test.each(['tomorrow', '2026-11-23', '2026-11-23T08:00:00', '2026-11-22T02:59:59Z', '2028-01-01T00:00:00Z', '2026-13-40T00:00:00Z'])(
    '%s is no moment to come',
    (text) => {
      expect(() => parseMoment(text, NOW)).toThrow('is no moment to come')
    },
  )

  test('an age is told in its largest unit', () => {
    expect([90_000, 2 * HOUR, 49 * HOUR, 10].map(spanText)).toEqual(['1 minute', '2 hours', '2 days', 'under a minute'])
  })
})

test.each([
  ['HelmRelease', 'v2', 'spec'],
  ['HelmChart', 'v1', 'spec'],
  ['Receiver', 'v1', 'spec'],
  ['Alert', 'v1beta3', 'spec'],
  ['Provider', 'v1beta3', 'spec'],
  ['ImagePolicy', 'v1', 'spec'],
  ['ImagePolicy', 'v1beta1', undefined],
  ['ArtifactGenerator', 'v1beta1', 'annotation'],
  ['ExternalArtifact', 'v1', undefined],
  ['HelmRelease', 'v9', 'spec'],
  ['ExternalArtifact', 'v9', undefined],
])('a %s %s is suspended by: %s', (kind, version, by) => {
  expect(switchOf(flux(kind, 'x', { version }))).toBe(by)
})
