import type { Matter } from './parcels'

/** What is kept of a parcel: plain bytes instead of a Blob, which some browsers' databases lose in a private window. */
export interface Kept {
  id: string
  owner: string
  made: number
  matter: Matter
  photo?: { bytes: ArrayBuffer; type: string }
}

/** 待发架: where parcels wait. They survive closing the page; in a browser without a database, only until then. */
export interface Shelf {
  put: (kept: Kept) => Promise<void>
  take: (id: string) => Promise<void>
  /** What one account has waiting, oldest first. */
  of: (owner: string) => Promise<Kept[]>
}

const DATABASE = 'jiujinban'
const PARCELS = 'parcels'

export async function openShelf(): Promise<Shelf> {
  try {
    return onDisk(await openDatabase())
  } catch {
    // A private window of some browsers refuses a database. Sending still works, it just does not outlive the page.
    return inMemory()
  }
}

export function inMemory(): Shelf {
  const held = new Map<string, Kept>()
  return {
    put: async (kept) => void held.set(kept.id, kept),
    take: async (id) => void held.delete(id),
    of: async (owner) => inOrder([...held.values()].filter((kept) => kept.owner === owner)),
  }
}

function onDisk(database: IDBDatabase): Shelf {
  const store = (mode: IDBTransactionMode) => database.transaction(PARCELS, mode).objectStore(PARCELS)
  return {
    put: async (kept) => void (await done(store('readwrite').put(kept))),
    take: async (id) => void (await done(store('readwrite').delete(id))),
    of: async (owner) => inOrder(await done(store('readonly').index('owner').getAll(owner) as IDBRequest<Kept[]>)),
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(PARCELS, { keyPath: 'id' }).createIndex('owner', 'owner')
  return done(opening)
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('indexedDB'))
  })
}

function inOrder(kept: Kept[]): Kept[] {
  return kept.sort((one, other) => one.made - other.made)
}
