import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeHtml, textOfHtml } from '../../../../src/sops/keys/html.ts'

describe('text as HTML', () => {
  test('comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab<>&"\';# \n/=é🙂', '&amp;', '<i>') }), (text) => {
        expect(textOfHtml(`<i>${escapeHtml(text)}</i>`)).toBe(text)
      }),
    )
  })

  test('opens and closes nothing', () => {
    expect(escapeHtml(`</pre><script>"'&`)).toBe('&lt;/pre&gt;&lt;script&gt;&quot;&#39;&amp;')
  })

  test('shows what cannot be seen', () => {
    expect(escapeHtml('a\u202eb\u200bc\x1b[0m\td\ne')).toBe('a&lt;U+202E&gt;b&lt;U+200B&gt;c&lt;U+001B&gt;[0m&lt;U+0009&gt;d\ne')
  })
})
