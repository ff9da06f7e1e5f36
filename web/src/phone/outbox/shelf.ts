import { openTable, type Owned, type Table } from '../keeping/database'
import type { Matter } from './parcels'

/** What is kept of a parcel: plain bytes instead of a Blob, which some browsers' databases lose in a private window. */
export interface Kept extends Owned {
  id: string
  matter: Matter
  photo?: { bytes: ArrayBuffer; type: string }
}

/** 待发架: where parcels wait. They survive closing the page; in a browser without a database, only until then. */
export type Shelf = Table<Kept>

export function openShelf(): Promise<Shelf> {
  return openTable<Kept>({ database: 'jiujinban', table: 'parcels', key: 'id' })
}
