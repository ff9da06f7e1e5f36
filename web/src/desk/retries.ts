/**
 * Asking for something to be done, once. When no answer comes, nobody knows whether it was done; asking for the same thing
 * again carries the same key, so that pressing 叫号 twice on a bad line calls one person.
 */
import { ask, Unreachable } from '@shared/api/http'
import { newId } from '@shared/ids'

const unanswered = new Map<string, string>()

export async function askSurely<T>(path: string, body: object, within?: number): Promise<T> {
  const wish = `${path} ${JSON.stringify(body)}`
  const key = unanswered.get(wish) ?? newId()
  unanswered.set(wish, key)
  try {
    const answer = await ask<T>(path, { method: 'POST', body, key, ...(within === undefined ? {} : { within }) })
    unanswered.delete(wish)
    return answer
  } catch (trouble) {
    if (!(trouble instanceof Unreachable)) unanswered.delete(wish)
    throw trouble
  }
}
