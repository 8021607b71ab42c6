import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import type { Rollout } from "../src/loop/index.ts";
import { loadConfig } from "./load-router.ts";

/** A rollout of a config file, and its router. */
export interface LoadedRollout {
  readonly router: Router;
  readonly rollout: Rollout;
}

/**
 * Loads a rollout that a config file exports as `rollout`, or in the array `rollouts`; its default export is the router.
 * `id` names one of several. The file is executed. Throws `InvalidOptionError`.
 */
export async function loadRollout(file: string, id: string | undefined): Promise<LoadedRollout> {
  const { router, exported } = await loadConfig(file);
  const rollouts = exported.get("rollouts");
  const all = [exported.get("rollout"), ...(Array.isArray(rollouts) ? rollouts : [])].filter(isRollout);
  const ids = all.map((one) => one.id);
  const [only] = all;
  if (only === undefined)
    throw new InvalidOptionError(
      "--config",
      file,
      "a file that exports a rollout: export const rollout = createRollout({ … }), or an array rollouts",
    );
  if (id === undefined) {
    if (all.length === 1) return { router, rollout: only };
    throw new InvalidOptionError("--id", undefined, `one of ${ids.join(", ")}`);
  }
  const found = all.find((one) => one.id === id);
  if (found === undefined) throw new InvalidOptionError("--id", id, `one of ${ids.join(", ")}`);
  return { router, rollout: found };
}

function isRollout(value: unknown): value is Rollout {
  const { id, status, advance, abort, close } = (value ?? {}) as Partial<Rollout>;
  const methods = [status, advance, abort, close];
  return typeof id === "string" && methods.every((one) => typeof one === "function");
}
