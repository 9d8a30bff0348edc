// Everything that start.ts cannot answer by itself: oclif and the commands.
import { fileURLToPath } from 'node:url'
import { start } from '../main.ts'
import { manifest } from './manifest.ts'

// Built, all chunks lie in dist; from source this file lies three folders deep.
const root = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../..' : '..', import.meta.url))

export const run = (argv: readonly string[]): Promise<never> => start(argv, { root, ...(manifest && { manifest }) })
