import { expect, test } from 'vitest'
import { linesOf } from '../../../src/actions/host-keys.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
// ssh-keygen -H of `git.example.com`.
const HASHED = `|1|fsoyQL6DnjGYp/5qEfZ/SBuw14w=|s8+gZigNjk2D73pJSx8pQwvPaxw= ${KEY}`

test('a line that names the server plainly, among other names, or at its port is one of its', () => {
  const text = [`other.example.com ${KEY}`, `git.example.com,10.0.0.1 ${KEY}`, `[git.example.com]:2222 ${KEY}`].join('\n')

  expect(linesOf(text, { host: 'git.example.com', port: '22' })).toEqual([`git.example.com,10.0.0.1 ${KEY}`])
  expect(linesOf(text, { host: 'git.example.com', port: '2222' })).toEqual([`[git.example.com]:2222 ${KEY}`])
})

test('a hashed name is found', () => {
  const found = linesOf(HASHED, { host: 'git.example.com', port: '22' })

  expect(found).toEqual([HASHED])
  expect(linesOf(HASHED, { host: 'git.example.org', port: '22' })).toEqual([])
})

test('comments, patterns and marked lines are none', () => {
  const text = [`# git.example.com ${KEY}`, `*.example.com ${KEY}`, `@revoked git.example.com ${KEY}`, ''].join('\n')

  expect(linesOf(text, { host: 'git.example.com', port: '22' })).toEqual([])
})
