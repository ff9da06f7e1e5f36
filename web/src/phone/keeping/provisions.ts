import { cases, catalogue, halls, villagers } from '@shared/api/endpoints'
import { Refusal, Unreachable } from '@shared/api/http'
import type { CaseCard, Hall, ItemName, Me, Person } from '@shared/api/shapes'
import { defineStore } from 'pinia'

import { openSatchel, type Kept, type Name, type Satchel } from './satchel'

/** How long somebody waits for a bad line before what is kept is shown instead. */
const PATIENCE = 4_000
const DAY = 24 * 60 * 60 * 1000

/** An answer, and when the server gave it if that was not just now. */
export interface Provision<T> {
  content: T
  /** Milliseconds since 1970; absent when it is the server's answer of this moment. */
  at?: number
}

/** 备用: lists of the server that are kept, so that they are there without a line. Each is asked for first and kept second. */
export const useProvisions = defineStore('provisions', () => {
  let opening: Promise<Satchel> | undefined
  let owner = ''
  let turn: Promise<void> = Promise.resolve()
  const satchel = (): Promise<Satchel> => (opening ??= openSatchel())

  /** From now on for this account; what is kept of any other is taken out. */
  function openFor(who: Me): Promise<void> {
    owner = who.code
    return inTurn(async (bag) => {
      await bag.empty(who.code)
      await bag.put('me', who.code, who)
    })
  }

  /** Keep nothing personal any longer. */
  function empty(): Promise<void> {
    owner = ''
    return inTurn((bag) => bag.empty())
  }

  // Signing out and in again at once must not take out what was just put in.
  function inTurn(act: (bag: Satchel) => Promise<void>): Promise<void> {
    turn = turn.then(satchel).then(act).catch(() => {})
    return turn
  }

  /** Who used this page last, for a start without a line. */
  async function lastUser(): Promise<Me | undefined> {
    const kept = await satchel()
    const last = await kept.lastOwner()
    const me = last === undefined ? undefined : await kept.of<Me>('me', last)
    owner = me?.content.code ?? owner
    return me?.content
  }

  /** The server's answer; what was kept of it, when none comes or it takes too long. Throws what the server's silence throws when nothing is kept. */
  async function freshOrKept<T, Lean>(
    name: Name,
    fetch: () => Promise<T>,
    lean: (whole: T) => Lean,
    filled: (lean: Lean) => T,
  ): Promise<Provision<T>> {
    const bag = await satchel()
    const asker = owner
    const asking = fetch()
    asking.then((whole) => (asker === owner ? bag.put(name, asker, lean(whole)) : undefined)).catch(() => {})
    const kept = await bag.of<Lean>(name, asker)
    try {
      return { content: await (kept ? soon(asking) : asking) }
    } catch (trouble) {
      if (!kept || !silent(trouble)) throw trouble
      return { content: filled(kept.content), at: kept.at }
    }
  }

  const same = <T>(whole: T): T => whole
  /** 本村村民. Kept: name, age and masked number, to tell people of one name apart; no telephone, no green channel. */
  const peopleOfVillage = () =>
    freshOrKept('villagers', villagers.all, (people) => people.map(leanPerson), (people) => people.map(wholePerson))
  /** 服务中心. Kept without hours: those of another day would send somebody to a closed door. */
  const allHalls = () => freshOrKept('halls', halls.all, (all) => all.map((hall) => ({ ...hall, hours: [] })), same<Hall[]>)
  /** 事项名称, for searching without a line. */
  const items = () => freshOrKept('items', catalogue.names, same<ItemName[]>, same<ItemName[]>)
  /** 我的办件 as last seen. */
  const myCases = () => freshOrKept('cases', cases.mine, same<CaseCard[]>, same<CaseCard[]>)

  /** Fetch what a proxy takes along into the village, each list at most once a day. */
  async function pack(): Promise<void> {
    const bag = await satchel()
    const mine = owner
    const wanted = [['villagers', peopleOfVillage], ['halls', allHalls], ['items', items]] as const
    for (const [name, fetch] of wanted) {
      if (mine === owner && !isOfToday(await bag.of(name, mine))) await fetch().catch(() => {})
    }
  }

  return { openFor, empty, lastUser, pack, villagers: peopleOfVillage, halls: allHalls, items, cases: myCases }
})

type KeptPerson = Pick<Person, 'id' | 'name' | 'age' | 'id_number'>

function leanPerson({ id, name, age, id_number }: Person): KeptPerson {
  return { id, name, age, id_number }
}

function wholePerson(kept: KeptPerson): Person {
  return { ...kept, phone: '', green: '', green_text: '' }
}

function isOfToday(kept: Kept<unknown> | undefined): boolean {
  return kept !== undefined && Date.now() - kept.at < DAY
}

/** Nobody answered, or the server cannot answer just now; anything else it said counts. */
export function silent(trouble: unknown): boolean {
  return trouble instanceof Unreachable || (trouble instanceof Refusal && trouble.mayPass)
}

/** The answer, or `Unreachable` when it does not come soon; a late answer is not lost, whoever waits for `asking` still gets it. */
export function soon<T>(asking: Promise<T>, within = PATIENCE): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Unreachable('too slow')), within)
    asking.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
