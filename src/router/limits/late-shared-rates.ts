import type { QuotaDesk } from "../../contracts/ports/index.ts";
import { loadedOnUse } from "../../plugin/loaded-on-use.ts";
import type { ResolvedLimitOptions } from "./limit-options.ts";
import type { SharedRates } from "./shared-rates.ts";

/** Shared rates whose code is loaded for a router that has some, before its first request is decided. */
export interface LateSharedRates extends SharedRates {
  /** Starts or joins the loading. Undefined: all is at hand. */
  load(): Promise<unknown> | undefined;
}

const rates = loadedOnUse(() => import("./shared-rates.ts"));

/** Returns the shared rates of a router; undefined if its options have none. */
export function lateSharedRates(
  options: Pick<ResolvedLimitOptions, "boundsOf" | "tenant" | "hasRates">,
  desk: Pick<QuotaDesk, "reserve" | "settle">,
): LateSharedRates | undefined {
  if (!options.hasRates) return undefined;
  let made: SharedRates | undefined;
  return {
    load: () => rates.load(),
    of(call) {
      made ??= rates.get().createSharedRates(options, desk);
      return made?.of(call);
    },
  };
}
