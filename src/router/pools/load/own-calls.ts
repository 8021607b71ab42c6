import type { Load } from "../../../contracts/index.ts";

/**
 * Adds to a load what this process has sent since it was measured, and takes off what has ended. `before` and `now`:
 * calls of this process that were under way then, and are now. What was not known stays so. New calls count as waiting
 * where the engine had a queue, else as running, up to the `slots` that it is known to have; ended ones make room for those
 * that wait.
 */
export function withOwnCalls(load: Load, before: number, now: number, slots?: number): Load {
  const change = now - before;
  const { running, waiting } = load;
  if (change === 0 || (running === undefined && waiting === undefined)) return load;
  if (waiting !== undefined && (waiting > 0 || running === undefined)) {
    const queue = waiting + change;
    return {
      ...load,
      waiting: Math.max(0, queue),
      ...(running !== undefined && queue < 0 && { running: Math.max(0, running + queue) }),
    };
  }
  const calls = Math.max(0, (running ?? 0) + change);
  if (slots === undefined || waiting === undefined || calls <= slots) return { ...load, running: calls };
  return { ...load, running: slots, waiting: calls - slots };
}
