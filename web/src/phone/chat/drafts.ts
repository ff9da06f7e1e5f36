const KEPT_UNDER = 'jiujinban.draft.'

/** What this account had typed and not sent yet. */
export function draftOf(account: string): string {
  try {
    return localStorage.getItem(KEPT_UNDER + account) ?? ''
  } catch {
    return ''
  }
}

/** Keep what is typed, so that a call or an empty battery does not lose it. */
export function keepDraft(account: string, text: string): void {
  try {
    if (text) localStorage.setItem(KEPT_UNDER + account, text)
    else localStorage.removeItem(KEPT_UNDER + account)
  } catch {
    // A browser that keeps nothing still sends what is on the screen.
  }
}
