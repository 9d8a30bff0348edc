#!/usr/bin/env node
// kubectl asks a plugin for completion by a program of its own; it is the same program with another first word.
process.argv.splice(2, 0, '__complete')
import('./flux-ops.js')
