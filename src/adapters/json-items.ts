// The items of a large JSON list, parsed while the rest of it is still on its way: an API server writes a list for as long as it takes to read it.
//
// Items of one list begin alike. What looks like the end of one and the beginning of the next is taken for that only if all that lies before it parses: in a text
// that begins with an item, only a place between two items leaves every bracket and every string closed. So nothing that an item holds can be taken for a boundary.

const ITEMS = Buffer.from('"items":[')
const METADATA = '"metadata":{'
/** Bytes of items that are parsed at once. */
const AT_ONCE = 64 * 1024

export interface ItemReader {
  push(chunk: Buffer): void
  /** `body`: the list without the items that were parsed already. */
  end(): { body: string; items: unknown[] }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What stands before the first item; undefined while it has not come, and where that is no list. */
function headOf(text: Buffer): Buffer | undefined {
  const at = text.indexOf(ITEMS)
  if (at === -1) return undefined
  const head = text.subarray(0, at + ITEMS.length)
  return parsed(`${head.toString('utf8')}]}`) === undefined ? undefined : head
}

/** The end of an item and the beginning of the next, by how the first one begins, with which the text does. */
function boundaryOf(text: Buffer): Buffer | undefined {
  const end = text.indexOf(METADATA)
  if (end === -1) return undefined
  return Buffer.concat([Buffer.from('},'), text.subarray(0, end + METADATA.length)])
}

/** `onItem` is given each item as soon as it is parsed. */
export function itemReader(onItem: (item: unknown) => void): ItemReader {
  const items: unknown[] = []
  let waiting: Buffer[] = []
  let [size, wanted] = [0, AT_ONCE]
  let head: Buffer | undefined
  let boundary: Buffer | undefined

  const begin = (text: Buffer): Buffer => {
    head = headOf(text)
    return head === undefined ? text : text.subarray(head.length)
  }
  /** Gives back what is left. */
  const take = (text: Buffer): Buffer => {
    const rest = head === undefined ? begin(text) : text
    if (head !== undefined) boundary ??= boundaryOf(rest)
    const end = boundary === undefined ? -1 : rest.lastIndexOf(boundary)
    const found = end === -1 ? undefined : parsed(`[${rest.toString('utf8', 0, end + 1)}]`)
    if (!Array.isArray(found)) {
      wanted *= 2
      return rest
    }
    for (const item of found) {
      onItem(item)
      items.push(item)
    }
    wanted = AT_ONCE
    return rest.subarray(end + 2)
  }
  return {
    push: (chunk) => {
      waiting.push(chunk)
      size += chunk.length
      if (size < wanted) return
      const rest = take(Buffer.concat(waiting))
      waiting = [rest]
      size = rest.length
    },
    end: () => ({ body: Buffer.concat([...(head === undefined ? [] : [head]), ...waiting]).toString('utf8'), items }),
  }
}
