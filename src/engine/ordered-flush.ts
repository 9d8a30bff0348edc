// Answers arrive in any order and leave in the declared one: each is handed on as soon as all before it are there.

export interface OrderedFlush<T> {
  /** Resolves when everything that could be handed on has been. */
  put(index: number, value: T): Promise<void>
  all(): readonly T[]
}

export const orderedFlush = <T>(length: number, handOn: (value: T) => Promise<void>): OrderedFlush<T> => {
  const slots: { value: T }[] = new Array(length)
  const gone: T[] = []
  let flushing: Promise<void> = Promise.resolve()
  const flush = async (): Promise<void> => {
    for (let slot = slots[gone.length]; slot !== undefined; slot = slots[gone.length]) {
      await handOn(slot.value)
      gone.push(slot.value)
    }
  }
  const put = (index: number, value: T): Promise<void> => {
    slots[index] = { value }
    flushing = flushing.then(flush)
    return flushing
  }
  return { put, all: () => gone }
}
