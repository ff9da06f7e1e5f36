import { owned, type Mandate } from '@shared/api/owned'
import { computed, type ComputedRef, onMounted, shallowRef } from 'vue'

/** 代办对象: somebody whose word one has, and for which items it holds. */
export interface Ward {
  id: string
  name: string
}

/** Those one may act for by a word that holds, and the names of all whose word one has ever had. */
export function useWards(): {
  wardsFor: (item: string) => Ward[]
  nameOf: (person: string) => string
  known: ComputedRef<boolean>
  load: () => Promise<void>
} {
  const mandates = shallowRef<Mandate[]>()

  // The list makes the page friendlier; without it one still books for oneself.
  async function load(): Promise<void> {
    mandates.value = await owned.mandates().catch(() => [])
  }
  onMounted(load)

  const held = computed(() => (mandates.value ?? []).filter(({ mine }) => !mine))

  function wardsFor(item: string): Ward[] {
    const found = new Map<string, Ward>()
    for (const { in_force, services, person_id, person_name } of held.value)
      if (in_force && services.includes(item)) found.set(person_id, { id: person_id, name: person_name })
    return [...found.values()]
  }

  function nameOf(person: string): string {
    return held.value.find(({ person_id }) => person_id === person)?.person_name ?? ''
  }

  return { wardsFor, nameOf, known: computed(() => mandates.value !== undefined), load }
}
