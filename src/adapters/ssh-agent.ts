// An agent for one ssh that we start: the key stays in this process, and the socket in a private folder that goes with it.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { answer, type HeldKey } from '../ssh/agent.ts'
import { count } from '../ssh/wire.ts'

const LARGEST = 256 * 1024

function serve(socket: Socket, keys: HeldKey[]): void {
  let held = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4) {
      const length = held.readUInt32BE()
      if (length > LARGEST) return void socket.destroy()
      if (held.length < 4 + length) return
      const said = answer(keys, held.subarray(4, 4 + length))
      held = held.subarray(4 + length)
      socket.write(Buffer.concat([count(said.length), said]))
    }
  })
}

/** `keys` may be empty: what ssh-add gives is put into it. `path`: of a socket that is not there yet, in a folder that is ours alone. */
export async function withAgent<T>(path: string, keys: HeldKey[], work: () => Promise<T>): Promise<T> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    serve(socket, keys)
  })
  server.listen(path)
  await once(server, 'listening')
  try {
    return await work()
  } finally {
    for (const socket of open) socket.destroy()
    server.close()
  }
}
