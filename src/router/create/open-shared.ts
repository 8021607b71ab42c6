import type { Clock, QuotaDesk } from "../../contracts/ports/index.ts";
import type { QuotaDeskOptions } from "../../fleet/quotas/quota-desk.ts";
import type { HintsOptions } from "../../fleet/records/hints.ts";
import type { Shared } from "../../fleet/records/shared-options.ts";
import type { SharedSessions, SharedSessionsOptions } from "../../fleet/records/shared-sessions.ts";
import { type LoadedOnUse, loadedOnUse } from "../../plugin/loaded-on-use.ts";

const sharedParts: LoadedOnUse<typeof import("../../fleet/shared-parts.ts")> = loadedOnUse(
  () => import("../../fleet/shared-parts.ts"),
);

type Parts = typeof import("../../fleet/shared-parts.ts");

export interface OpenSharedOptions {
  readonly shared: Shared;
  readonly clock: Clock;
  readonly emit: QuotaDeskOptions["emit"];
  readonly sessions: Omit<SharedSessionsOptions, "shared" | "clock">;
  readonly hints: Omit<HintsOptions, "shared" | "clock">;
}

/** State that a router shares with other processes. */
export interface OpenShared extends Pick<SharedSessions, "read" | "write"> {
  readonly desk: QuotaDesk;
  /** Starts or joins the loading. Undefined: all is at hand, which every request waits for before it decides. */
  load(): Promise<unknown> | undefined;
  close(): Promise<void>;
}

/** Opens the shared state of a router: its parts are loaded at once, so that the first request finds a connection. */
export function openShared({ shared, clock, emit, sessions, hints }: OpenSharedOptions): OpenShared {
  const make = ({ createQuotaDesk, createSharedSessions, createHints }: Parts) => ({
    desk: createQuotaDesk({ shared, clock, emit }),
    sessions: createSharedSessions({ shared, clock, ...sessions }),
    hints: createHints({ shared, clock, ...hints }),
  });
  let made: ReturnType<typeof make> | undefined;
  const load = (): Promise<unknown> | undefined => {
    if (made !== undefined) return undefined;
    const loading = sharedParts.load();
    if (loading !== undefined)
      return loading.then((parts) => {
        made ??= make(parts);
      });
    made = make(sharedParts.get());
    return undefined;
  };
  const get = () => {
    if (made === undefined) throw new TypeError("shared state is used before it is loaded");
    return made;
  };
  load()?.catch(ignore);
  return {
    load,
    desk: {
      // A request that begins, or fails, before all is there finds a desk that has not asked its store yet.
      now: (wall) => made?.desk.now(wall) ?? wall,
      left: (limit) => made?.desk.left(limit) ?? Number.POSITIVE_INFINITY,
      learn: (limits, mostMs) => get().desk.learn(limits, mostMs),
      reserve: (of) => get().desk.reserve(of),
      settle: (id, spent, keep) => made?.desk.settle(id, spent, keep),
    },
    read: (request, mostMs) => get().sessions.read(request, mostMs),
    write: (tenant, session) => get().sessions.write(tenant, session),
    async close() {
      await load()?.catch(ignore);
      made?.hints.close();
      await Promise.all([made?.desk.close(), made?.sessions.close()]);
    },
  };
}

function ignore(): void {}
