/** The longest delay, in milliseconds, that a Node timer can hold: with a longer one it fires at once. */
export const longestTimerMs: number = 2 ** 31 - 1;
