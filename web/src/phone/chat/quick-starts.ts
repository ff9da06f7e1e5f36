import { shallowRef } from 'vue'

/** 常办: a button and what pressing it says for the person. */
export interface QuickStart {
  label: string
  say: string
}

// A file beside the built pages, so that the county edits it without building them anew.
const FILE = '/assets/quick-starts.json'

export const quickStarts = shallowRef<QuickStart[]>([])

/** Fetch the county's list once; without it people type, which always works. */
export async function loadQuickStarts(): Promise<void> {
  if (quickStarts.value.length) return
  try {
    const answer = await fetch(FILE, { cache: 'no-cache' })
    if (answer.ok) quickStarts.value = ((await answer.json()) as { quick_starts: QuickStart[] }).quick_starts
  } catch {
    // Nothing to tell anybody: the row is a shortcut.
  }
}
