/** Which counter a clerk sat at last, on this computer. A browser that keeps nothing asks again every morning. */
const name = (account: string): string => `jiujinban.desk.counter.${account}`

export function recall(account: string): string | undefined {
  try {
    return localStorage.getItem(name(account)) ?? undefined
  } catch {
    return undefined
  }
}

export function remember(account: string, counter: string): void {
  try {
    localStorage.setItem(name(account), counter)
  } catch {
    // The choice still holds until the page is closed.
  }
}
