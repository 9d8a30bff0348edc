// `up` in a process of its own, so that a test can kill it at any point: up-in-child.ts ROOT NAME TOOLS-AS-JSON
import { up } from '../../src/sandbox/index.ts'

const [root = '', name = '', tools = '{}'] = process.argv.slice(2)
await up({ root, name, tools: JSON.parse(tools) as Record<string, string> })
