/** 打印凭条: each slip is claimed first and printed then, so that no paper comes twice; one at a time. */
import { Refusal } from '@shared/api/http'
import { nextTick, shallowRef } from 'vue'

import { kiosk, type Slip } from './api'

/** What lies on the paper now; the page prints nothing else. */
export const paper = shallowRef<Slip>()
let printing: Promise<void> = Promise.resolve()

export function printWaiting(print: () => void = () => window.print()): Promise<void> {
  printing = printing.then(() => run(print)).catch(() => {})
  return printing
}

async function run(print: () => void): Promise<void> {
  for (const slip of await kiosk.slips()) {
    const claimed = await kiosk.claim(slip.id).catch((trouble: unknown) => {
      // Somebody else has it: then the paper is on its way.
      if (trouble instanceof Refusal) return undefined
      throw trouble
    })
    if (!claimed) continue
    paper.value = claimed
    await nextTick()
    print()
    paper.value = undefined
  }
}
