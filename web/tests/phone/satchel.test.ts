/** 随身袋: what the telephone keeps is one account's, lasts its days and no longer, and goes when somebody else comes. */
import { describe, expect, it } from 'vitest'

import { inMemory } from '../../src/phone/keeping/database'
import { openSatchel, type Row } from '../../src/phone/keeping/satchel'

const DAY = 24 * 60 * 60 * 1000
const START = Date.UTC(2026, 4, 6)

async function satchel(days = 0, table = inMemory<Row>('name')) {
  return { table, bag: await openSatchel(table, () => START + days * DAY) }
}

describe('the satchel', () => {
  it('gives back what was put in, with the instant', async () => {
    const { bag } = await satchel()

    await bag.put('villagers', 'proxy-1', ['楼淑芬'])

    expect(await bag.of('villagers', 'proxy-1')).toEqual({ content: ['楼淑芬'], at: START })
  })

  it('shows nobody what belongs to somebody else, and everybody what is public', async () => {
    const { bag } = await satchel()
    await bag.put('villagers', 'proxy-1', ['楼淑芬'])
    await bag.put('halls', 'proxy-1', ['安文'])

    expect(await bag.of('villagers', 'proxy-2')).toBeUndefined()
    expect((await bag.of('halls', 'proxy-2'))?.content).toEqual(['安文'])
  })

  it('forgets personal things after three days and public ones after thirty, also on a clock that was set back', async () => {
    const { bag, table } = await satchel()
    await bag.put('me', 'proxy-1', {})
    await bag.put('items', 'proxy-1', [])

    expect(await (await satchel(3, table)).bag.lastOwner()).toBe('proxy-1')
    expect(await (await satchel(3.1, table)).bag.lastOwner()).toBeUndefined()
    expect((await table.all()).length).toBe(1)
    expect(await (await satchel(-31, table)).bag.of('items', '')).toBeUndefined()
    expect(await table.all()).toEqual([])
  })

  it('forgets what lies too long in a page that stays open', async () => {
    const table = inMemory<Row>('name')
    let now = START
    const bag = await openSatchel(table, () => now)
    await bag.put('cases', 'citizen-1', [])

    now += 4 * DAY

    expect(await bag.of('cases', 'citizen-1')).toBeUndefined()
  })

  it('is emptied of everything personal, or of everybody else', async () => {
    const { bag } = await satchel()
    await bag.put('cases', 'citizen-1', [])
    await bag.put('villagers', 'proxy-1', [])
    await bag.put('halls', 'proxy-1', [])

    await bag.empty('proxy-1')
    expect(await bag.of('cases', 'citizen-1')).toBeUndefined()
    expect(await bag.of('villagers', 'proxy-1')).toBeDefined()
    await bag.empty()

    expect(await bag.of('villagers', 'proxy-1')).toBeUndefined()
    expect(await bag.of('halls', '')).toBeDefined()
  })
})
