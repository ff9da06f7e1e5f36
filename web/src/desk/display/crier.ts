/**
 * 叫号员: which calls are to be read aloud. A call is read once, however often the screen hears of it: by an event, by
 * asking again after the line broke, or because another number moved. Calling once more is another call.
 */
import type { Shown } from './board'

const key = (shown: Shown): string => `${shown.number}/${shown.counter}`

export class Crier {
  /** Number and counter → how often it had been called when it was heard of last. */
  private readonly heard = new Map<string, number>()
  private begun = false

  /** The calls nobody has heard yet, the oldest first. What was called before the screen was switched on counts as heard. */
  hear(called: readonly Shown[]): Shown[] {
    const fresh = called.filter((shown) => shown.state === 'called' && (this.heard.get(key(shown)) ?? 0) < shown.calls)
    for (const shown of called) this.heard.set(key(shown), Math.max(shown.calls, this.heard.get(key(shown)) ?? 0))
    const news = this.begun ? fresh.reverse() : []
    this.begun = true
    return news
  }
}
