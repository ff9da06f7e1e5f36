import type { Hall } from '@shared/api/shapes'

import { useProvisions, type Provision } from '../keeping/provisions'

let fetched: Promise<Provision<Hall[]>> | undefined

/** All halls, the county's first; fetched once while the page is open. Without a line as they were last, then asked for again the next time. */
export async function hallsAsKnown(): Promise<Provision<Hall[]>> {
  fetched ??= useProvisions().halls()
  try {
    const known = await fetched
    if (known.at !== undefined) fetched = undefined
    return known
  } catch (trouble) {
    fetched = undefined
    throw trouble
  }
}

export async function allHalls(): Promise<Hall[]> {
  return (await hallsAsKnown()).content
}

export async function hallOf(code: string): Promise<Hall | undefined> {
  return (await allHalls()).find((hall) => hall.code === code)
}
