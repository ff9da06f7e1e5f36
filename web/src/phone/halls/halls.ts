import { halls } from '@shared/api/endpoints'
import type { Hall } from '@shared/api/shapes'

let fetched: Promise<Hall[]> | undefined

/** All halls, the county's first; fetched once while the page is open. */
export function allHalls(): Promise<Hall[]> {
  fetched ??= halls.all().catch((trouble: unknown) => {
    fetched = undefined
    throw trouble
  })
  return fetched
}

export async function hallOf(code: string): Promise<Hall | undefined> {
  return (await allHalls()).find((hall) => hall.code === code)
}
