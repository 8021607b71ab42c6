/** Numbers of the workers of a server, from 1, as small as they can be. */
export interface WorkerNumbers {
  /** Returns the number of a worker, by its id. */
  of(id: number): number;
  /** A worker is gone: the next new one takes its number. */
  free(id: number): void;
}

/** Ids grow with each worker that is replaced; a label of series must not. */
export function workerNumbers(): WorkerNumbers {
  const numbers = new Map<number, number>();
  return {
    of(id) {
      const known = numbers.get(id);
      if (known !== undefined) return known;
      const taken = new Set(numbers.values());
      let number = 1;
      while (taken.has(number)) number += 1;
      numbers.set(id, number);
      return number;
    },
    free: (id) => void numbers.delete(id),
  };
}
