/** Wake-up for those that wait for a change. */
export interface Changes {
  /** Resolves at the next change. */
  next(): Promise<void>;
  announce(): void;
}

export function createChanges(): Changes {
  let waiting: (() => void)[] = [];
  return {
    next: () => new Promise((resolve) => waiting.push(resolve)),
    announce() {
      const all = waiting;
      waiting = [];
      for (const resolve of all) resolve();
    },
  };
}
