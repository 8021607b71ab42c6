/** Runs `action` while randomness and clocks throw. Only for synchronous code. */
export function withoutChance<T>(action: () => T): T {
  const { random } = Math;
  const { now } = Date;
  const monotonic = performance.now;
  const refuse = (source: string) => () => {
    throw new Error(`${source} was called: use the context's time, and leave drawing to the router`);
  };
  Math.random = refuse("Math.random");
  Date.now = refuse("Date.now");
  performance.now = refuse("performance.now");
  try {
    return action();
  } finally {
    Math.random = random;
    Date.now = now;
    performance.now = monotonic;
  }
}
