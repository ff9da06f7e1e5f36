import { openTable, type Owned, type Table } from './database'

const DAY = 24 * 60 * 60 * 1000

/**
 * 随身袋: what this telephone keeps of the server's answers so that the page is of use without a line, and for how many days.
 * Personal things for as long as a round through the hills takes; what the county makes public, until the next month.
 */
const DAYS = { me: 3, villagers: 3, cases: 3, halls: 30, items: 30 } as const
const PUBLIC: readonly Name[] = ['halls', 'items']

export type Name = keyof typeof DAYS

export interface Row extends Owned {
  name: Name
  content: unknown
}

/** Something kept, and when the server said it (milliseconds since 1970). */
export interface Kept<T> {
  content: T
  at: number
}

export interface Satchel {
  /** Keep it in place of what was there. A full disk keeps nothing, and nothing else goes wrong. */
  put: (name: Name, owner: string, content: unknown) => Promise<void>
  /** What is kept under the name for that account, if it is not too old; what is public belongs to everybody. */
  of: <T>(name: Name, owner: string) => Promise<Kept<T> | undefined>
  /** Who used the page last, if that is not too long ago. */
  lastOwner: () => Promise<string | undefined>
  /** Take out everything personal; with an account, only what belongs to others. */
  empty: (except?: string) => Promise<void>
}

export async function openSatchel(table?: Table<Row>, now: () => number = Date.now): Promise<Satchel> {
  const rows = table ?? (await openTable<Row>({ database: 'jiujinban-satchel', table: 'kept', key: 'name' }))

  // A clock that was set back must not make anything last longer than it should.
  const fresh = ({ name, made }: Row): boolean => Math.abs(now() - made) <= DAYS[name] * DAY
  const personal = ({ name }: Row): boolean => !PUBLIC.includes(name)

  async function takeOut(which: (row: Row) => boolean): Promise<void> {
    const doomed = (await rows.all()).filter(which)
    await Promise.all(doomed.map(({ name }) => rows.take(name)))
  }

  await takeOut((row) => !(row.name in DAYS) || !fresh(row)).catch(() => {})
  return {
    put: (name, owner, content) => rows.put({ name, owner, made: now(), content }).catch(() => {}),
    of: async <T>(name: Name, owner: string) => {
      const row = await rows.get(name).catch(() => undefined)
      const theirs = row && (PUBLIC.includes(name) || row.owner === owner)
      return theirs && fresh(row) ? { content: row.content as T, at: row.made } : undefined
    },
    lastOwner: async () => {
      const row = await rows.get('me').catch(() => undefined)
      return row && fresh(row) ? row.owner : undefined
    },
    empty: (except) => takeOut((row) => personal(row) && row.owner !== except),
  }
}
