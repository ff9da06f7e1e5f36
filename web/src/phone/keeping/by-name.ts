import type { ItemName } from '@shared/api/shapes'

const AT_MOST = 5
const LEAST_SHARED = 0.6

/**
 * 按名称查找: the items whose name or one of whose other names fits the words, best first. It stands in for the server's matcher
 * when there is no line, and understands nothing: one containing the other counts most, then an abbreviation (社保卡 of 社会保障卡), then
 * the share of pairs of neighbouring characters that both have.
 */
export function byName(words: string, items: readonly ItemName[], most = AT_MOST): ItemName[] {
  const wanted = plain(words)
  if (!wanted) return []
  return items
    .map((item) => ({ item, fit: Math.max(...[item.name, ...item.aliases].map((name) => fit(wanted, plain(name)))) }))
    .filter((found) => found.fit >= LEAST_SHARED)
    .sort((one, other) => other.fit - one.fit || one.item.name.length - other.item.name.length)
    .slice(0, most)
    .map(({ item }) => item)
}

/** 0…2: above 1 when one contains the other, the more the closer in length; 1 for an abbreviation; else the share of pairs. */
function fit(wanted: string, name: string): number {
  if (!name) return 0
  const [short, long] = wanted.length < name.length ? [wanted, name] : [name, wanted]
  if (short.length > 1 && long.includes(short)) return 1 + short.length / long.length
  if (short.length > 2 && abbreviates(short, long)) return 1
  return shared(pairs(wanted), pairs(name))
}

/** Whether the characters of the one stand in the other in the same order. */
function abbreviates(short: string, long: string): boolean {
  let at = -1
  return [...short].every((character) => (at = long.indexOf(character, at + 1)) >= 0)
}

/** The share of the shorter one's pairs that the other has, too. */
function shared(one: Set<string>, other: Set<string>): number {
  const fewest = Math.min(one.size, other.size)
  if (!fewest) return 0
  return [...one].filter((pair) => other.has(pair)).length / fewest
}

function pairs(text: string): Set<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, n) => text.slice(n, n + 2)))
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}
