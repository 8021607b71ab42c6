import type { Model, PoolEvent } from "../../contracts/index.ts";

/** Problems with what the `members()` of pools return, told once each. */
export interface PoolProblems {
  /** Notes what is wrong with a pool; undefined once nothing is. */
  note(id: string, problem: string | undefined): void;
}

export function createPoolProblems(
  models: Readonly<Record<string, Model>>,
  emit: (event: PoolEvent) => void,
): PoolProblems {
  const told = new Map<string, string>();
  return {
    note(id, problem) {
      if (told.get(id) === problem) return;
      if (problem === undefined) told.delete(id);
      else told.set(id, problem);
      const type = problem === undefined ? "pool-recovered" : "pool-problem";
      const pool = models[id]?.name ?? id;
      // Members are not counted: to count them, they would have to be asked again.
      emit({ type, model: id, pool, ...(problem !== undefined && { problem }) });
    },
  };
}
