/**
 * 一次使用: what belongs to the person before the machine, and goes with them. Pure, so that the tests need no page.
 */
import { newId } from '@shared/ids'
import type { ItemCard } from '@shared/api/shapes'

/** After so long without a touch the machine asks; after the rest it forgets. Milliseconds. */
export const ASK_AFTER = 45_000
export const FORGET_AFTER = 60_000

/**
 * One key per wish and person: a long press, a slip of the finger and a retry after a lost answer are one wish, and the
 * server answers them alike. The next person's wishes have keys of their own.
 */
export class Wishes {
  private readonly keys = new Map<string, string>()

  key(wish: string): string {
    const known = this.keys.get(wish) ?? newId()
    this.keys.set(wish, known)
    return known
  }

  forget(): void {
    this.keys.clear()
  }
}

/** The items a machine offers as buttons: entries that name no item, or name it badly, are passed over, not shown. */
export function tiles(items: readonly ItemCard[], codes: readonly unknown[], most: number): ItemCard[] {
  const known = new Map(items.map((item) => [item.service_code, item]))
  const found = codes.map((code) => (typeof code === 'string' ? known.get(code) : undefined))
  return found.filter((item): item is ItemCard => item !== undefined && item.name !== '').slice(0, most)
}
