/** Longest delay of a Node timer in milliseconds. With a longer one it fires at once. */
export const longestTimerMs: number = 2 ** 31 - 1;
