/** A piece of a sentence; telephone numbers are pieces of their own. */
export interface Part {
  text: string
  phone: boolean
}

// A fixed line with its area code, as halls have it: 0579-84660016. Case numbers and ID numbers have no dash.
const PHONE = /(0\d{2,3}-\d{7,8})(?!\d)/

/** The sentence in pieces, so that a number to call can be pressed instead of copied by hand. */
export function withPhones(text: string): Part[] {
  return text
    .split(PHONE)
    .map((piece, n) => ({ text: piece, phone: n % 2 === 1 }))
    .filter((part) => part.text !== '')
}
