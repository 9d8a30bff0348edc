import { describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/ports/secret.ts'
import { passphraseFlaw } from '../../../../src/sops/keys/passphrase.ts'

const flaw = (text: string) => passphraseFlaw(new Secret(text))

describe('a passphrase for a backup', () => {
  test.each([
    'correct horse battery staple',
    'horse-apron-violin-marble',
    'q7XkT2vP9mZr4Lw',
    'lämpimät kesäyöt järvellä',
    '8305916274058362917405',
  ])('may be %s', (text) => {
    expect(flaw(text)).toBeUndefined()
  })

  test.each([
    ['', 'it is empty'],
    ['secret', 'it is too short'],
    ['password1234', 'it is too short'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaa', 'it is too short'],
    ['abcdefghijklmnopqrstuvwxyz', 'it is too short'],
    ['12345678901234567890', 'it is too short'],
    ['8305916274058362', 'it has only digits'],
    ['8305-9162-7405-8362', 'it has only digits'],
    ['adgadgadgadgadgadg', 'it repeats the same few characters'],
    [' correct horse battery staple', 'it begins or ends with a space'],
    ['correct horse battery staple\n', 'it holds a newline'],
    ['correct\thorse battery staple', 'it holds a newline, a tab'],
  ])('may not be %j, and is told why', (text, why) => {
    expect(flaw(text)).toContain(why)
  })
})
