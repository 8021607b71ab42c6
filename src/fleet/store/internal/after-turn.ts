/** Calls `work` after all microtasks of this turn of the event loop, where there is such a time: those that answers begin. */
export const afterTurn: (work: () => void) => void = globalThis.process?.nextTick ?? queueMicrotask;
