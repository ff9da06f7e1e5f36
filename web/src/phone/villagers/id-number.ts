const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK_DIGITS = '10X98765432'

/** Whether the last of the 18 characters is the check digit of the others, by GB 11643: it finds every single slip of the finger. */
export function couldBeIdNumber(text: string): boolean {
  if (!/^\d{17}[\dX]$/.test(text)) return false
  const sum = WEIGHTS.reduce((total, weight, n) => total + weight * Number(text[n]), 0)
  return CHECK_DIGITS[sum % 11] === text[17]
}
