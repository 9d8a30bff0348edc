// A sandbox out of which nothing may be sent.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { serviceProxy, silenced } from '../../../src/sandbox/node-agent/service-proxy.ts'
import { freePort } from '../../../src/sandbox/ports.ts'

async function posted(silent: boolean): Promise<{ status: number; heard: number }> {
  let heard = 0
  const controller = createServer((_request, response) => {
    heard += 1
    response.writeHead(200).end()
  })
  await new Promise<void>((resolve) => controller.listen(0, '127.0.0.1', resolve))
  const port = await freePort(new Set())
  const plain = await serviceProxy(port)
  const proxy = silent ? silenced(plain) : plain
  proxy.setSink(false)
  proxy.setBackend((controller.address() as AddressInfo).port)
  try {
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })
    return { status, heard }
  } finally {
    proxy.close()
    controller.close()
    controller.closeAllConnections()
  }
}

test('an event is taken and dropped, although a controller is ready', async () => {
  expect(await posted(true)).toEqual({ status: 202, heard: 0 })
})

test('without that it reaches the controller', async () => {
  expect(await posted(false)).toEqual({ status: 200, heard: 1 })
})
