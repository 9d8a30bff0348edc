#!/usr/bin/env node
// Starts the built program. Old syntax on purpose: an old Node has to get as far as the sentence that says it is too old.
var parts = process.versions.node.split('.').map(Number)
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 13)) {
  process.stderr.write('✗ flux-ops needs Node 22.13 or newer, this is ' + process.versions.node + ': https://nodejs.org\n')
  process.exit(2)
}
import('../dist/flux-ops.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  process.stderr.write('✗ flux-ops is not built: npm run build\n')
  process.exitCode = 70
})
