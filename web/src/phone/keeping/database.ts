/** Tables in this telephone: small databases of the browser, or the page's memory where there is none. */

/** One table; a row is found by its key, and those of one account by `owner`. */
export interface Table<Row> {
  put: (row: Row) => Promise<void>
  get: (key: string) => Promise<Row | undefined>
  take: (key: string) => Promise<void>
  all: () => Promise<Row[]>
  /** What belongs to one account, oldest first. */
  of: (owner: string) => Promise<Row[]>
}

export interface Owned {
  owner: string
  /** Milliseconds since 1970, by this telephone's clock. */
  made: number
}

export interface Description<Row> {
  database: string
  table: string
  key: keyof Row & string
}

/** The table, as an earlier page left it. A private window of some browsers refuses a database: then it lasts as long as the page. */
export async function openTable<Row extends Owned>(described: Description<Row>): Promise<Table<Row>> {
  try {
    return onDisk(described.table, await openDatabase(described))
  } catch {
    return inMemory(described.key)
  }
}

export function inMemory<Row extends Owned>(key: keyof Row & string): Table<Row> {
  const held = new Map<string, Row>()
  return {
    put: async (row) => void held.set(String(row[key]), row),
    get: async (wanted) => held.get(wanted),
    take: async (wanted) => void held.delete(wanted),
    all: async () => [...held.values()],
    of: async (owner) => inOrder([...held.values()].filter((row) => row.owner === owner)),
  }
}

function onDisk<Row extends Owned>(table: string, database: IDBDatabase): Table<Row> {
  const store = (mode: IDBTransactionMode) => database.transaction(table, mode).objectStore(table)
  return {
    put: (row) => written(store('readwrite').put(row)),
    get: (wanted) => done(store('readonly').get(wanted) as IDBRequest<Row | undefined>),
    take: (wanted) => written(store('readwrite').delete(wanted)),
    all: () => done(store('readonly').getAll() as IDBRequest<Row[]>),
    of: async (owner) => inOrder(await done(store('readonly').index('owner').getAll(owner) as IDBRequest<Row[]>)),
  }
}

function openDatabase<Row>({ database, table, key }: Description<Row>): Promise<IDBDatabase> {
  const opening = indexedDB.open(database, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(table, { keyPath: key }).createIndex('owner', 'owner')
  return done(opening)
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('indexedDB'))
  })
}

// A request that succeeded is not on the disk yet, and a full disk is noticed only then: the transaction has the last word.
function written(request: IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const { transaction } = request
    if (!transaction) return reject(new Error('indexedDB'))
    transaction.oncomplete = () => resolve()
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error ?? new Error('indexedDB'))
  })
}

function inOrder<Row extends Owned>(rows: Row[]): Row[] {
  return rows.sort((one, other) => one.made - other.made)
}
