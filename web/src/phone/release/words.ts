/** What a page says to a release that waits. */
export const TAKE_OVER = 'take over'
